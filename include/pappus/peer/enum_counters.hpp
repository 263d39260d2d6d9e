// Counters for each value of an enumeration.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>

namespace pappus::peer {

/// `Last` is the last value of an enumeration that begins at 0. `add` is one increment.
template <auto Last>
struct enum_counters {
  using enum_type = decltype(Last);
  static constexpr std::size_t size = static_cast<std::size_t>(Last) + 1;

  std::array<std::uint64_t, size> of{};

  void add(enum_type value) noexcept { ++of[static_cast<std::size_t>(value)]; }
  [[nodiscard]] std::uint64_t operator[](enum_type value) const noexcept { return of[static_cast<std::size_t>(value)]; }
  [[nodiscard]] std::uint64_t total() const noexcept { return std::accumulate(of.begin(), of.end(), std::uint64_t{0}); }
};

}  // namespace pappus::peer
