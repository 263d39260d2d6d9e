// Integers in network byte order at a place in a packet whose length has been checked.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

namespace pappus::portmap {

/// The integer at `offset`. Requires `offset + sizeof(Integer) <= packet.size()`.
template <std::unsigned_integral Integer>
[[nodiscard]] constexpr Integer load(std::span<const std::byte> packet, std::size_t offset) noexcept {
  Integer value = 0;
  for (const std::byte each : packet.subspan(offset, sizeof(Integer))) {
    value = static_cast<Integer>(std::uint64_t{value} << 8 | std::to_integer<std::uint64_t>(each));
  }
  return value;
}

/// Writes the integer at `offset`. Requires `offset + sizeof(Integer) <= packet.size()`.
template <std::unsigned_integral Integer>
constexpr void store(std::span<std::byte> packet, std::size_t offset, Integer value) noexcept {
  for (std::size_t i = 0; i != sizeof(Integer); ++i) {
    packet[offset + i] = static_cast<std::byte>(value >> (8 * (sizeof(Integer) - 1 - i)) & 0xff);
  }
}

}  // namespace pappus::portmap
