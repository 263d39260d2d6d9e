// Limits of the trust in the wall clock.
#pragma once

#include <chrono>
#include <cstddef>

#include <pappus/io/time.hpp>

namespace pappus::peer::limits {

using namespace std::chrono_literals;

/// Announced headers whose median estimates the time of day, count.
inline constexpr std::size_t max_header_times = 11;
/// Difference between the wall clock and the headers without a warning, and step of the wall clock without doubt;
/// duration.
inline constexpr std::chrono::minutes clock_tolerance = 2min;
/// Difference between the wall clock and the headers at which the clock is trusted again, duration.
inline constexpr std::chrono::hours clock_trust_tolerance = 2h;
/// How far the wall clock may be behind the end of the last run at the start, duration.
inline constexpr std::chrono::hours max_clock_step_back = 24h;
/// How far the wall clock may be ahead of the end of the last run at the start, duration. A node may be down over a
/// weekend.
inline constexpr std::chrono::hours max_clock_step_forward = 72h;
/// Interval between two warnings about the clock.
inline constexpr io::duration clock_warning_interval = 1h;

}  // namespace pappus::peer::limits
