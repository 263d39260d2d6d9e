// 64-bit mixing function.
#pragma once

#include <cstdint>

namespace pappus {

/// The finalizer of splitmix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators"; constants of
/// Vigna's public domain version): every input bit affects every output bit.
[[nodiscard]] constexpr std::uint64_t mix64(std::uint64_t bits) noexcept {
  bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9;
  bits = (bits ^ bits >> 27) * 0x94d049bb133111eb;
  return bits ^ bits >> 31;
}

}  // namespace pappus
