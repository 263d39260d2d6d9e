// Durations and times at the ends of their ranges, and on the wrong side of now.
#pragma once

#include <chrono>
#include <vector>

#include <pappus/io/time.hpp>

namespace support {

using namespace std::chrono_literals;

/// Whatever waits for one of these has waited long enough when it begins.
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

/// And with these nobody will live to see the end: some fit, and some are longer than a duration can be.
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

/// Times that have passed at `now`, or pass just now.
[[nodiscard]] inline std::vector<pappus::io::time_point> passed_at(pappus::io::time_point now) {
  using pappus::io::time_point;
  return {now, now - 1ns, time_point{}, time_point{-1ns}, time_point::min() + 1ns, time_point::min()};
}

/// Times at which a caller may say that it is, in any order.
template <class Time>
[[nodiscard]] std::vector<Time> times_around(Time now) {
  constexpr typename Time::duration tick{1};
  return {now, Time::min(), Time::max(), Time{}, Time::max() - tick, Time::min() + tick, now + tick};
}

}  // namespace support
