// A transaction as its bytes alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include <pappus/wire/body.hpp>
#include <pappus/wire/bytes.hpp>
#include <pappus/wire/limits.hpp>
#include <pappus/wire/transaction.hpp>

namespace pappus::peer {

/// What is found out by reading a transaction, and the memory it is shared by, take several times what a small one
/// takes itself. One that waits does without, and is read again when it is needed.
class packed_transaction {
public:
  packed_transaction() = default;
  explicit packed_transaction(const wire::transaction& of);

  /// Reads it, by the limits by which it was read before. O(size).
  [[nodiscard]] wire::transaction_ptr unpack(const wire::chain_limits& by) const;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// False if it was made of nothing.
  [[nodiscard]] explicit operator bool() const noexcept { return bytes_ != nullptr; }

private:
  std::unique_ptr<std::byte[]> bytes_;
  std::uint32_t size_ = 0;
  wire::body_form form_{};
};

}  // namespace pappus::peer
