// What follows from the times of an address: whether it is worth keeping, and how likely it is dialed.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include <pappus/io/time.hpp>
#include <pappus/peer/store/address_info.hpp>
#include <pappus/peer/store/limits.hpp>

namespace pappus::peer {

/// The time of what has not happened.
inline constexpr io::wall_time long_ago{};

/// Never negative, even if the clock has stepped back.
[[nodiscard]] inline io::wall_time::duration age(io::wall_time of, io::wall_time now) noexcept {
  return std::max(io::saturating_sub(now, of), io::wall_time::duration::zero());
}

/// Not worth keeping: not advertised for long, or never reached.
[[nodiscard]] inline bool is_stale(const address_info& info, io::wall_time now) noexcept {
  if (info.last_try != long_ago && age(info.last_try, now) < limits::recent_dial_grace) return false;
  if (age(std::max(info.last_seen, info.last_success), now) > limits::address_horizon) return true;
  if (info.last_success == long_ago) return info.failures >= limits::max_retries;
  return info.failures >= limits::max_failures && age(info.last_success, now) > limits::min_failure_age;
}

/// Probability that a drawn address is selected (as in Bitcoin Core, AddrInfo::GetChance). Each failure reduces it by a
/// third, up to eight; an address dialed less than `rest` ago is unlikely.
[[nodiscard]] inline double eagerness(const address_info& info, io::wall_time now,
                                      io::wall_time::duration rest) noexcept {
  constexpr std::array after_failures{1.0, 0.66, 0.4356, 0.2875, 0.1897, 0.1252, 0.0827, 0.0546, 0.036};
  constexpr double just_now = 0.01;
  const double failure_factor = after_failures[std::min<std::size_t>(info.failures, after_failures.size() - 1)];
  const bool is_recently_tried = info.last_try != long_ago && age(info.last_try, now) < rest;
  return is_recently_tried ? failure_factor * just_now : failure_factor;
}

}  // namespace pappus::peer
