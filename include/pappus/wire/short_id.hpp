// Short ids: six bytes that identify a kernel within one compact block. Each compact block has its own key, so that
// collisions cannot be prepared.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <pappus/wire/hash.hpp>
#include <pappus/wire/opaque.hpp>

namespace pappus::wire {

using short_id = opaque<6, struct short_id_tag>;

/// Computes the short ids of one compact block: SipHash-2-4 (Aumasson, Bernstein 2012) with a key derived from the
/// block's hash and the nonce that the sender of the compact block has chosen (Grin core/src/core/id.rs).
class short_id_maker {
public:
  short_id_maker(const hash& block, std::uint64_t nonce) noexcept;

  [[nodiscard]] short_id of(const hash& kernel) const noexcept;

private:
  std::array<std::byte, 16> key_;
};

}  // namespace pappus::wire
