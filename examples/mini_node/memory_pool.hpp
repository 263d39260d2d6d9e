// Recent transactions in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>

#include <pappus/wire/hash.hpp>
#include <pappus/wire/transaction.hpp>

namespace mini_node {

/// Bounded in number and in bytes; the oldest are dropped first. Verifies nothing, since there is no chain state.
class memory_pool {
public:
  struct limits {
    std::size_t transactions = 10'000;
    std::size_t bytes = std::size_t{64} << 20;  // serialized bytes
  };

  memory_pool() = default;
  explicit memory_pool(limits most) noexcept : most_(most) {}

  /// Returns false, and adds nothing, if all kernels of the transaction are in the pool already. O(kernels log pool).
  bool add(pappus::wire::transaction_ptr tx);

  /// The latest transaction that contains the kernel, or null.
  [[nodiscard]] pappus::wire::transaction_ptr find(const pappus::wire::hash& kernel) const;

  [[nodiscard]] std::size_t size() const noexcept { return by_age_.size(); }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }

private:
  void drop_oldest();

  limits most_;
  std::deque<pappus::wire::transaction_ptr> by_age_;  // oldest first
  // Ordered, because an attacker could choose hashes that collide in a hash table. A kernel maps to its latest
  // transaction, and since the oldest are dropped first, a kernel is found as long as any transaction with it is
  // stored.
  std::map<pappus::wire::hash, pappus::wire::transaction_ptr> by_kernel_;
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace mini_node
