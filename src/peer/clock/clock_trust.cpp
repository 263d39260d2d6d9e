#include <algorithm>
#include <chrono>

#include <pappus/peer/clock/clock_trust.hpp>
#include <pappus/peer/clock/limits.hpp>

namespace pappus::peer {
namespace {

using milliseconds = io::wall_time::duration;

milliseconds distance(io::wall_time one, io::wall_time other) noexcept {
  return io::saturating_sub(std::max(one, other), std::min(one, other));
}

}  // namespace

clock_start start_after(std::optional<io::wall_time> last, io::wall_time wall) noexcept {
  if (!last) return {wall, clock_doubt::none};
  if (io::saturating_sub(*last, wall) > limits::max_clock_step_back) return {*last, clock_doubt::behind_store};
  if (io::saturating_sub(wall, *last) > limits::max_clock_step_forward) return {*last, clock_doubt::ahead_of_store};
  return {std::max(*last, wall), clock_doubt::none};
}

clock_trust::clock_trust(clock_start from, io::time_point now, io::wall_time wall) noexcept
    : started_(from.time),
      started_at_(now),
      start_(from.time),
      wall_ahead_(io::saturating_sub(wall, from.time)),
      doubt_(from.doubt) {}

io::wall_time clock_trust::time(io::time_point now) const noexcept {
  return io::saturating_add(started_, std::chrono::floor<milliseconds>(io::saturating_sub(now, started_at_)));
}

std::optional<milliseconds> clock_trust::difference(io::time_point now, io::wall_time wall) const {
  const auto by_headers = headers_.time(now);
  if (!by_headers) return std::nullopt;
  return std::max(io::saturating_sub(wall, *by_headers), -milliseconds::max());
}

milliseconds clock_trust::check(io::time_point now, io::wall_time wall) {
  notice_step(now, wall);
  const auto by_headers = headers_.time(now);
  if (!by_headers || distance(wall, *by_headers) > limits::clock_trust_tolerance) return {};
  doubt_ = clock_doubt::none;
  const bool is_better = distance(wall, *by_headers) + limits::clock_tolerance < distance(time(now), *by_headers);
  return is_better ? move_to(now, wall) : milliseconds{};
}

milliseconds clock_trust::trust(io::time_point now, io::wall_time wall) {
  doubt_ = clock_doubt::none;
  return move_to(now, wall);
}

void clock_trust::notice_step(io::time_point now, io::wall_time wall) noexcept {
  const io::wall_time expected = io::saturating_add(time(now), wall_ahead_);
  if (distance(wall, expected) > limits::clock_tolerance) {
    doubt_ = clock_doubt::jumped;
  } else if (trusted()) {
    started_ = io::saturating_add(started_, wall - expected);
  }
  wall_ahead_ = io::saturating_sub(wall, time(now));
}

milliseconds clock_trust::move_to(io::time_point now, io::wall_time wall) noexcept {
  const milliseconds correction = io::saturating_sub(wall, time(now));
  started_ = io::saturating_add(started_, correction);
  start_ = io::saturating_add(start_, correction);
  wall_ahead_ = {};
  return correction;
}

}  // namespace pappus::peer
