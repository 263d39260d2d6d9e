// Costs of I/O in units of a turn's budget, including time in the operating system. Estimates, the same for every
// backend.
#pragma once

#include <cstddef>

namespace pappus::io::cost {

/// Reading bytes that have arrived, units.
[[nodiscard]] constexpr std::size_t read(std::size_t bytes) noexcept { return 4 + bytes / 4096; }
/// Writing bytes that the system takes at once, units.
inline constexpr std::size_t write = 8;

/// Accepting a connection, units.
inline constexpr std::size_t accept = 20;
/// Closing a connection, units.
inline constexpr std::size_t close = 33;

/// Calling a timer that is due, units.
inline constexpr std::size_t timer = 2;

}  // namespace pappus::io::cost
