// Short ids: six bytes that identify a kernel within one compact block. Each compact block has its own key, so that
// collisions cannot be prepared.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <pappus/wire/fixed_bytes.hpp>
#include <pappus/wire/hash.hpp>

namespace pappus::wire {

/// Identifies a kernel within one compact block.
using short_id = fixed_bytes<6, struct short_id_tag>;

/// Computes the short ids of one compact block: SipHash-2-4 (Aumasson, Bernstein 2012) with a key derived from the
/// block's hash and the nonce that the sender of the compact block has chosen (Grin core/src/core/id.rs).
class short_id_hasher {
public:
  short_id_hasher(const hash& block, std::uint64_t nonce) noexcept;

  /// That of the kernel with that hash.
  [[nodiscard]] short_id of(const hash& kernel) const noexcept;

private:
  std::array<std::byte, 16> key_;
};

}  // namespace pappus::wire
