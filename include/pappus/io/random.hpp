// Numbers from the bytes of a network's random source, alike on every platform and standard library.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include <pappus/io/network.hpp>

namespace pappus::io {

/// 64 random bits.
[[nodiscard]] inline std::uint64_t random_bits(network& source) noexcept {
  std::array<std::byte, sizeof(std::uint64_t)> bytes{};
  source.fill_random(bytes);
  std::uint64_t bits = 0;
  for (const std::byte each : bytes) bits = bits << 8 | std::to_integer<std::uint64_t>(each);
  return bits;
}

/// Uniform in [0, bound), without bias; `bound` is at least 1. What a mask lets through above the
/// bound is drawn again: fewer than two draws on average.
[[nodiscard]] inline std::uint64_t random_below(network& source, std::uint64_t bound) noexcept {
  const std::uint64_t mask = std::bit_ceil(bound) - 1;
  for (;;) {
    const std::uint64_t drawn = random_bits(source) & mask;
    if (drawn < bound) return drawn;
  }
}

/// Uniform in [0, 1), a multiple of 2^-53.
[[nodiscard]] inline double random_unit(network& source) noexcept {
  return static_cast<double>(random_bits(source) >> 11) * 0x1.0p-53;
}

}  // namespace pappus::io
