// Decides whether the wall clock is trusted, and keeps the time by which things are dated meanwhile.
#pragma once

#include <cstdint>
#include <optional>

#include <pappus/io/time.hpp>
#include <pappus/peer/clock/header_times.hpp>
#include <pappus/wire/hash.hpp>

namespace pappus::peer {

/// Why the wall clock is not trusted.
enum class clock_doubt : std::uint8_t {
  none,
  behind_store,    // the last run ended in the future, by more than `limits::max_clock_step_back`
  ahead_of_store,  // by more than `limits::max_clock_step_forward`: the node was down for long, or the clock is wrong
  jumped,          // by more than `limits::clock_tolerance` while the node ran
};

/// Time at which a node starts.
struct clock_start {
  io::wall_time time;
  clock_doubt doubt = clock_doubt::none;
};

/// Continues from `last`, the end of the node's last run, if there is one. A `wall` clock that is not far from it sets
/// the time, but never to an earlier one; otherwise `last` does. Without `last` it is `wall`.
[[nodiscard]] clock_start start_after(std::optional<io::wall_time> last, io::wall_time wall) noexcept;

/// Clock of a node that runs with the steady clock. It follows the wall clock only by small steps,
/// `limits::clock_tolerance` at most; a larger step makes the wall clock distrusted. A distrusted clock is trusted
/// again as soon as the median of the last `limits::max_header_times` announced headers agrees with it within
/// `limits::clock_trust_tolerance`. If the node's time then turns out to be the worse of the two, it is set to the wall
/// clock's by a correction, which the owners of stored dates add to each of them. So what had an hour left has an hour
/// left, whatever any clock has shown.
///
/// Pure: the caller passes the clocks in. Steady time never steps back.
class clock_trust {
public:
  clock_trust(clock_start from, io::time_point now, io::wall_time wall) noexcept;

  /// The node's time. It dates what is stored, and by it stored dates expire.
  [[nodiscard]] io::wall_time time(io::time_point now) const noexcept;
  /// Start of the node, in its present time.
  [[nodiscard]] io::wall_time began() const noexcept { return start_; }

  [[nodiscard]] bool trusted() const noexcept { return doubt_ == clock_doubt::none; }
  [[nodiscard]] clock_doubt doubt() const noexcept { return doubt_; }

  /// Adds an announced header; see `header_times::add`.
  bool announced(std::uint64_t group, const wire::hash& id, std::int64_t made, io::time_point now) {
    return headers_.add(group, id, made, now);
  }
  [[nodiscard]] const header_times& headers() const noexcept { return headers_; }

  /// How far the wall clock is ahead of the headers, negative if behind; nothing while there are too few headers.
  [[nodiscard]] std::optional<io::wall_time::duration> difference(io::time_point now, io::wall_time wall) const;

  /// Compares the clocks; to be called often. Returns the correction, or zero if there is none.
  [[nodiscard]] io::wall_time::duration check(io::time_point now, io::wall_time wall);

  /// Trusts the wall clock, at the operator's request. Returns the correction.
  [[nodiscard]] io::wall_time::duration trust(io::time_point now, io::wall_time wall);

private:
  void notice_step(io::time_point now, io::wall_time wall) noexcept;
  [[nodiscard]] io::wall_time::duration move_to(io::time_point now, io::wall_time wall) noexcept;

  io::wall_time started_;  // the time at `started_at_`
  io::time_point started_at_;
  io::wall_time start_;
  io::wall_time::duration wall_ahead_;  // of the node's time, at the last comparison
  clock_doubt doubt_;
  header_times headers_;
};

}  // namespace pappus::peer
