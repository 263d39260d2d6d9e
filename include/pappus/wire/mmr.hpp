// Sizes of Merkle mountain ranges (MMRs): lists of leaves under perfect binary trees, whose nodes are counted in the
// order of their creation.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>

namespace pappus::wire::mmr {

/// Number of leaves of an MMR of `size` nodes. For a size that no MMR has it is that of the next larger MMR, as in
/// grin_core (core/src/core/pmmr/pmmr.rs, n_leaves). O(log size).
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

/// An upper bound of `leaves(size)`, at most 32 above it. O(1).
[[nodiscard]] constexpr std::uint64_t max_leaves(std::uint64_t size) noexcept { return size / 2 + 32; }

/// Number of nodes of an MMR of `leaves` leaves.
[[nodiscard]] constexpr std::uint64_t size(std::uint64_t leaves) noexcept {
  return 2 * leaves - static_cast<std::uint64_t>(std::popcount(leaves));
}

}  // namespace pappus::wire::mmr
