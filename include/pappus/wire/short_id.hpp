// Six bytes that stand for a kernel within one compact block: too few to aim at, since each block has its own key.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <pappus/wire/hash.hpp>
#include <pappus/wire/opaque.hpp>

namespace pappus::wire {

using short_id = opaque<6, struct short_id_tag>;

/// Makes the short ids of one compact block: SipHash-2-4 (Aumasson, Bernstein 2012) under a key that is drawn from the
/// block's hash and the nonce of whoever sends it (core/src/core/id.rs).
class short_id_maker {
public:
  short_id_maker(const hash& block, std::uint64_t nonce) noexcept;

  [[nodiscard]] short_id of(const hash& kernel) const noexcept;

private:
  std::array<std::byte, 16> key_;
};

}  // namespace pappus::wire
