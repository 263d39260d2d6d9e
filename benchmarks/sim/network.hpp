// A network of whole nodes in one simulated world, which find each other as on the Internet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <pappus/io/time.hpp>
#include <pappus/sim/random.hpp>
#include <pappus/sim/world.hpp>
#include <pappus/wire/transaction.hpp>

namespace benchmarks {

/// Every node has eight outbound slots, accepts every transaction, and keeps those that are public.
class network {
public:
  /// Starts the nodes, and runs until each has all its outbound peers. Throws `std::runtime_error` if that takes too
  /// long. `max_transactions`: of `make_transaction`.
  network(std::size_t nodes, std::size_t max_transactions);
  network(const network&) = delete;
  network& operator=(const network&) = delete;
  ~network();

  [[nodiscard]] pappus::sim::world& world() noexcept { return world_; }
  /// Number of ends of connections between the nodes. O(nodes).
  [[nodiscard]] std::size_t sessions() const;

  /// A node, chosen at random, stems a transaction of its own.
  void make_transaction();
  /// Number of nodes that have received a transaction as public, over all transactions.
  [[nodiscard]] std::uint64_t received() const noexcept { return received_; }

private:
  class member;

  void name_seeds();
  void find_peers();

  pappus::sim::xoshiro256 rng_{1};
  std::vector<pappus::wire::transaction_ptr> transactions_;
  std::size_t made_ = 0;
  std::uint64_t received_ = 0;
  pappus::sim::world world_{1};
  std::vector<std::unique_ptr<member>> nodes_;
};

}  // namespace benchmarks
