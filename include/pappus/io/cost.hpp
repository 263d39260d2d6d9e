// What input and output cost in the units of a turn's budget, the system's time included: estimates, for any backend.
#pragma once

#include <cstddef>

namespace pappus::io::cost {

/// A read of bytes that have arrived, and a write of some that the system takes at once.
[[nodiscard]] constexpr std::size_t read(std::size_t bytes) noexcept { return 4 + bytes / 4096; }
inline constexpr std::size_t write = 8;

/// Taking a connection, and closing one.
inline constexpr std::size_t accept = 20;
inline constexpr std::size_t close = 33;

/// Calling a timer that is due.
inline constexpr std::size_t timer = 2;

}  // namespace pappus::io::cost
