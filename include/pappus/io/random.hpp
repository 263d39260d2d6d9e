// Random numbers from the bytes of a runtime's random source, identical on every platform and standard library.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>

#include <pappus/io/runtime.hpp>
#include <pappus/io/time.hpp>

namespace pappus::io {

/// 64 random bits.
[[nodiscard]] inline std::uint64_t random_bits(runtime& source) noexcept {
  std::array<std::byte, sizeof(std::uint64_t)> bytes{};
  source.fill_random(bytes);
  std::uint64_t bits = 0;
  for (const std::byte each : bytes) bits = bits << 8 | std::to_integer<std::uint64_t>(each);
  return bits;
}

/// A function that returns 64 random bits per call, from any source.
using random_source = std::function<std::uint64_t()>;

/// Uniform in [0, bound), unbiased; `bits` returns 64 random bits per call, `bound` is at least 1. Rejection sampling
/// after a bit mask: fewer than two draws on average.
template <std::invocable Bits>
[[nodiscard]] std::uint64_t uniform_below(Bits&& bits, std::uint64_t bound) {
  const std::uint64_t mask = std::bit_ceil(bound) - 1;
  for (;;) {
    const std::uint64_t drawn = bits() & mask;
    if (drawn < bound) return drawn;
  }
}

/// The same, from the random source of a runtime.
[[nodiscard]] inline std::uint64_t uniform_below(runtime& source, std::uint64_t bound) noexcept {
  return uniform_below([&source]() noexcept { return random_bits(source); }, bound);
}

/// Uniform in [0, 1), a multiple of 2^-53, from 64 random bits.
[[nodiscard]] inline double to_unit_interval(std::uint64_t bits) noexcept {
  return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

/// The same, from the random source of a runtime.
[[nodiscard]] inline double random_unit(runtime& source) noexcept { return to_unit_interval(random_bits(source)); }

/// Exponentially distributed with this mean, from 64 random bits, by inversion; at most 37 times the mean, never
/// negative.
[[nodiscard]] inline duration to_exponential(std::uint64_t bits, duration mean) noexcept {
  return duration{-std::log1p(-to_unit_interval(bits)) *
                  std::chrono::duration<double>{std::max(mean, duration::zero())}};
}

}  // namespace pappus::io
