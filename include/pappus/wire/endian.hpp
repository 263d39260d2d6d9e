// Big-endian integers, as the protocol serializes them.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <utility>

namespace pappus::wire {

/// Reads `sizeof(Integer)` bytes. One expression, which both compilers turn into a load and a byte swap.
template <std::unsigned_integral Integer>
[[nodiscard]] constexpr Integer load_big_endian(const std::byte* from) noexcept {
  return [from]<std::size_t... I>(std::index_sequence<I...>) {
    return static_cast<Integer>((... | (std::to_integer<Integer>(from[I]) << (8 * (sizeof(Integer) - 1 - I)))));
  }
  (std::make_index_sequence<sizeof(Integer)>{});
}

template <std::unsigned_integral Integer>
[[nodiscard]] constexpr std::array<std::byte, sizeof(Integer)> to_big_endian(Integer value) noexcept {
  return [value]<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<std::byte, sizeof(Integer)>{std::byte(value >> (8 * (sizeof(Integer) - 1 - I)) & 0xff)...};
  }
  (std::make_index_sequence<sizeof(Integer)>{});
}

}  // namespace pappus::wire
