// Whether the wall clock is to be believed, and the time by which things are dated until it is.
#pragma once

#include <cstdint>
#include <optional>

#include <pappus/io/time.hpp>
#include <pappus/peer/header_times.hpp>
#include <pappus/wire/hash.hpp>

namespace pappus::peer {

/// Why a clock is not trusted.
enum class clock_doubt : std::uint8_t {
  none,
  behind_store,    // by more than `limits::clock_gap`: the last run ended after now
  ahead_of_store,  // by more than `limits::clock_rest`: nobody ran for long, or the clock is wrong
  jumped,          // by more than `limits::clock_tolerance` while the node ran
};

/// The time a node begins at.
struct clock_start {
  io::wall_time time;
  clock_doubt doubt = clock_doubt::none;
};

/// Goes on where the last run of the node ended, if `last` says when that was. With a wall clock that is not far from
/// it that one's time, but never an earlier one; with any other, `last`.
[[nodiscard]] clock_start start_after(std::optional<io::wall_time> last, io::wall_time wall) noexcept;

/// The node's time runs with the steady clock. It follows the wall clock only by small steps, `limits::clock_tolerance`
/// at most; a large one is not believed. A clock that is not trusted is again as soon as the median of the last
/// `limits::clock_headers` headers that were announced agrees with it, by `limits::clock_agreement`; and where the
/// node's time turns out to be the worse of the two it is set to the wall clock's, all dates with it: by a correction,
/// which whoever keeps dates adds to each of them. So what had an hour left has an hour left, whatever any clock has
/// shown.
///
/// Pure: clocks are passed in. Steady time never steps back.
class clock_trust {
public:
  clock_trust(clock_start from, io::time_point now, io::wall_time wall) noexcept;

  /// The node's time: for dates on disk, and by which they run out.
  [[nodiscard]] io::wall_time time(io::time_point now) const noexcept;
  /// When it began, in its present time.
  [[nodiscard]] io::wall_time began() const noexcept { return began_; }

  [[nodiscard]] bool trusted() const noexcept { return doubt_ == clock_doubt::none; }
  [[nodiscard]] clock_doubt doubt() const noexcept { return doubt_; }

  /// A header has been announced; see `header_times::add`.
  bool announced(std::uint64_t group, const wire::hash& id, std::int64_t made, io::time_point now) {
    return headers_.add(group, id, made, now);
  }
  [[nodiscard]] const header_times& headers() const noexcept { return headers_; }

  /// How far the wall clock is ahead of the headers; less than zero behind; nothing before there are enough.
  [[nodiscard]] std::optional<io::wall_time::duration> difference(io::time_point now, io::wall_time wall) const;

  /// Compares the clocks; to be called often. Gives the correction, if there is one, or zero.
  [[nodiscard]] io::wall_time::duration look(io::time_point now, io::wall_time wall);

  /// The operator says that the wall clock is right. Gives the correction.
  [[nodiscard]] io::wall_time::duration trust(io::time_point now, io::wall_time wall);

private:
  void notice_step(io::time_point now, io::wall_time wall) noexcept;
  [[nodiscard]] io::wall_time::duration move_to(io::time_point now, io::wall_time wall) noexcept;

  io::wall_time started_;  // the time at `started_at_`
  io::time_point started_at_;
  io::wall_time began_;
  io::wall_time::duration wall_ahead_;  // of the node's time, when it was last looked
  clock_doubt doubt_;
  header_times headers_;
};

}  // namespace pappus::peer
