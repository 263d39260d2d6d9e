// Durations and times at the ends of their ranges, and in the past.
#pragma once

#include <chrono>
#include <vector>

#include <pappus/io/time.hpp>

namespace support {

using namespace std::chrono_literals;

/// Durations that are over at once.
[[nodiscard]] inline std::vector<pappus::io::duration> no_time_at_all() {
  using pappus::io::duration;
  return {0ns,
          -1ns,
          -1s,
          -1000h,
          duration::min() + 1ns,
          duration::min(),
          std::chrono::milliseconds::min(),
          std::chrono::seconds::min(),
          std::chrono::hours::min()};
}

/// Durations that never end: some fit into their type, some are longer than a duration can be.
[[nodiscard]] inline std::vector<pappus::io::duration> for_ever() {
  using pappus::io::duration;
  return {duration::max() - 1ns, duration::max(), std::chrono::milliseconds::max(), std::chrono::seconds::max(),
          std::chrono::hours::max()};
}

[[nodiscard]] inline std::vector<pappus::io::duration> extremes() {
  std::vector<pappus::io::duration> all = no_time_at_all();
  for (const pappus::io::duration each : for_ever()) all.push_back(each);
  return all;
}

/// Times not after `now`.
[[nodiscard]] inline std::vector<pappus::io::time_point> passed_at(pappus::io::time_point now) {
  using pappus::io::time_point;
  return {now, now - 1ns, time_point{}, time_point{-1ns}, time_point::min() + 1ns, time_point::min()};
}

/// Times that a caller may give as the present, in any order.
template <class Time>
[[nodiscard]] std::vector<Time> times_around(Time now) {
  constexpr typename Time::duration tick{1};
  return {now, Time::min(), Time::max(), Time{}, Time::max() - tick, Time::min() + tick, now + tick};
}

}  // namespace support
