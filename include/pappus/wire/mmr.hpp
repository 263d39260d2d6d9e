// Merkle mountain ranges as far as the protocol shows them: lists of leaves under perfect binary trees ("peaks"), all
// nodes counted in the order in which they come to be.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>

namespace pappus::wire::mmr {

/// How many leaves a range of `size` nodes has. A size at which no range ends has those of the next one that does,
/// as in grin_core (core/src/core/pmmr/pmmr.rs, n_leaves). O(log size).
[[nodiscard]] constexpr std::uint64_t leaves(std::uint64_t size) noexcept {
  if (size == 0) return 0;
  std::uint64_t found = 0;
  for (std::uint64_t peak = std::numeric_limits<std::uint64_t>::max() >> std::countl_zero(size); peak != 0;
       peak >>= 1) {
    found <<= 1;
    if (size < peak) continue;
    size -= peak;
    found |= 1;
  }
  return size == 0 ? found : found + 1;
}

/// How many nodes a range of `leaves` leaves has.
[[nodiscard]] constexpr std::uint64_t size(std::uint64_t leaves) noexcept {
  return 2 * leaves - static_cast<std::uint64_t>(std::popcount(leaves));
}

}  // namespace pappus::wire::mmr
