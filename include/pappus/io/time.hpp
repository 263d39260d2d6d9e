// The times of the io level. The clocks have no `now`: only an `io::network` can tell the time, so that a simulated one
// can.
#pragma once

#include <chrono>
#include <cstdint>

namespace pappus::io {

using duration = std::chrono::nanoseconds;

/// Steady time: never steps back, means nothing outside the process. Read it with `network::now`.
struct clock {
  using duration = io::duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<clock, duration>;
  static constexpr bool is_steady = true;
};
using time_point = clock::time_point;

/// Time of day, for what is compared with other machines or kept on disk. It may step. Read it with
/// `network::wall_clock`.
using wall_time = std::chrono::sys_time<std::chrono::milliseconds>;

/// The end of time; an infinite deadline.
inline constexpr time_point never = time_point::max();

/// `now + after` without overflow.
[[nodiscard]] constexpr time_point later(time_point now, duration after) noexcept {
  return after > never - now ? never : now + after;
}

}  // namespace pappus::io
