// The transactions a node has heard of lately, in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>

#include <pappus/wire/hash.hpp>
#include <pappus/wire/transaction.hpp>

namespace mini_node {

/// Bounded in number and in bytes; the oldest go first. It judges nothing: there is no chain to judge by.
class memory_pool {
public:
  struct limits {
    std::size_t transactions = 10'000;
    std::size_t bytes = std::size_t{64} << 20;  // of transactions as they came
  };

  memory_pool() = default;
  explicit memory_pool(limits most) noexcept : most_(most) {}

  /// False if all its kernels are here already: then nothing is added. O(kernels log pool).
  bool add(pappus::wire::transaction_ptr tx);

  /// The latest with that kernel, whichever of its kernels that is, or null.
  [[nodiscard]] pappus::wire::transaction_ptr find(const pappus::wire::hash& kernel) const;

  [[nodiscard]] std::size_t size() const noexcept { return by_age_.size(); }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }

private:
  void drop_oldest();

  limits most_;
  std::deque<pappus::wire::transaction_ptr> by_age_;  // oldest first
  // Ordered, because strangers choose the hashes and would choose the buckets with them. The latest transaction stands
  // for a kernel, and as the oldest go first, a kernel is found for as long as any transaction with it is here.
  std::map<pappus::wire::hash, pappus::wire::transaction_ptr> by_kernel_;
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace mini_node
