// A transaction as its encoded bytes only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include <pappus/wire/body.hpp>
#include <pappus/wire/bytes.hpp>
#include <pappus/wire/limits.hpp>
#include <pappus/wire/transaction.hpp>

namespace pappus::peer {

/// Saves memory for waiting transactions: the decoded form and the shared memory take several times the encoded size of
/// a small transaction. It is decoded again when it is needed.
class packed_transaction {
public:
  packed_transaction() = default;
  explicit packed_transaction(const wire::transaction& of);

  /// Decodes it, with the limits with which it was decoded before. O(size).
  [[nodiscard]] wire::transaction_ptr unpack(const wire::chain_limits& by) const;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// False if it was default-constructed or moved from.
  [[nodiscard]] explicit operator bool() const noexcept { return bytes_ != nullptr; }

private:
  std::unique_ptr<std::byte[]> bytes_;
  std::uint32_t size_ = 0;
  wire::body_form form_{};
};

}  // namespace pappus::peer
