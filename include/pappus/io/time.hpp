// Time types of the io level. The clocks have no `now`: only an `io::runtime` reads the time, so that a simulation can
// replace it. No arithmetic here overflows: results are clamped to the range of the type.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <ratio>
#include <type_traits>
#include <utility>

namespace pappus::io {

namespace detail {

template <class Period>
concept whole_nanoseconds = (std::ratio_divide<Period, std::nano>::den == 1);

}  // namespace detail

/// A number of nanoseconds, up to 292 years in either direction. Converts implicitly from what `std::chrono` converts
/// to nanoseconds implicitly, but clamps to the longest or the shortest duration: `hours::max()` becomes the maximum,
/// not the minus one hour that it overflows to. Converts explicitly from floating point, by truncation; NaN becomes
/// zero.
class duration final : public std::chrono::nanoseconds {
  using nanoseconds = std::chrono::nanoseconds;

public:
  constexpr duration() noexcept : nanoseconds(0) {}

  template <std::integral Rep, detail::whole_nanoseconds Period>
  constexpr duration(const std::chrono::duration<Rep, Period>& length) noexcept
      : nanoseconds(times(length.count(), std::ratio_divide<Period, std::nano>::num)) {}

  template <std::floating_point Rep, class Period>
  constexpr explicit duration(const std::chrono::duration<Rep, Period>& length) noexcept
      : nanoseconds(nearest(std::chrono::duration<double, std::nano>{length}.count())) {}

  template <std::integral Rep>
  constexpr explicit duration(Rep count) noexcept : nanoseconds(times(count, 1)) {}

  /// No time, and the ends of the range.
  [[nodiscard]] static constexpr duration zero() noexcept { return {}; }
  [[nodiscard]] static constexpr duration min() noexcept { return nanoseconds::min(); }
  [[nodiscard]] static constexpr duration max() noexcept { return nanoseconds::max(); }

private:
  using range = std::numeric_limits<rep>;

  template <class Rep>
  static constexpr rep times(Rep count, rep factor) noexcept {
    if (std::cmp_greater(count, range::max() / factor)) return range::max();
    if (std::cmp_less(count, range::min() / factor)) return range::min();
    return static_cast<rep>(count) * factor;
  }

  static constexpr rep nearest(double count) noexcept {
    constexpr double end = 0x1p63;
    if (count >= end) return range::max();
    if (count >= -end) return static_cast<rep>(count);
    return count < -end ? range::min() : 0;
  }
};

/// Steady time: never goes back, meaningless outside the process. Read it with `runtime::now`.
struct clock {
  /// What `std::chrono` requires of a clock.
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<clock, duration>;
  static constexpr bool is_steady = true;
};
using time_point = clock::time_point;

/// Time of day, for comparison with other machines and for storage. It may jump. Read it with `runtime::wall_clock`.
using wall_time = std::chrono::sys_time<std::chrono::milliseconds>;

/// The maximum time; an infinite deadline.
inline constexpr time_point never = time_point::max();

namespace detail {

/// `left + right`, clamped to the range of `Rep`.
template <std::signed_integral Rep>
[[nodiscard]] constexpr Rep saturating_add(Rep left, Rep right) noexcept {
  using range = std::numeric_limits<Rep>;
  if (right > 0 && left > range::max() - right) return range::max();
  if (right < 0 && left < range::min() - right) return range::min();
  return left + right;
}

template <std::signed_integral Rep>
[[nodiscard]] constexpr Rep saturating_sub(Rep left, Rep right) noexcept {
  using range = std::numeric_limits<Rep>;
  if (right < 0 && left > range::max() + right) return range::max();
  if (right > 0 && left < range::min() + right) return range::min();
  return left - right;
}

template <class Time>
[[nodiscard]] constexpr Time saturating_add(Time from, typename Time::duration by) noexcept {
  return Time{typename Time::duration{saturating_add(from.time_since_epoch().count(), by.count())}};
}

template <class Time>
[[nodiscard]] constexpr typename Time::duration saturating_sub(Time to, Time from) noexcept {
  return typename Time::duration{saturating_sub(to.time_since_epoch().count(), from.time_since_epoch().count())};
}

}  // namespace detail

/// `now + after`, clamped to the range of the time type.
[[nodiscard]] constexpr time_point saturating_add(time_point now, duration after) noexcept {
  return detail::saturating_add(now, after);
}
template <class Unit>
[[nodiscard]] constexpr auto saturating_add(std::chrono::sys_time<Unit> now,
                                            std::type_identity_t<Unit> after) noexcept {
  return detail::saturating_add(now, after);
}

/// `left + right`, clamped to the range of `duration`.
[[nodiscard]] constexpr duration saturating_add(duration left, duration right) noexcept {
  return duration{detail::saturating_add(left.count(), right.count())};
}

/// `to - from`, clamped to the range of the duration type.
[[nodiscard]] constexpr duration saturating_sub(time_point to, time_point from) noexcept {
  return detail::saturating_sub(to, from);
}
template <class Unit>
[[nodiscard]] constexpr Unit saturating_sub(std::chrono::sys_time<Unit> to, std::chrono::sys_time<Unit> from) noexcept {
  return detail::saturating_sub(to, from);
}

}  // namespace pappus::io
