// The clock of a node: dates what is kept on disk, judges headers from the future, and tells the operator if his clock
// is wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include <pappus/io/network.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/clock_trust.hpp>
#include <pappus/peer/info.hpp>
#include <pappus/peer/logger.hpp>
#include <pappus/wire/header.hpp>

namespace pappus::peer {

struct clock_statistics {
  bool trusted = true;
  std::uint64_t seconds_ahead = 0;   // of the wall clock, before the median of the headers that were announced last
  std::uint64_t seconds_behind = 0;  // likewise, behind it; both zero while there are not enough of these
  std::size_t headers = 0;           // that are in this median
  std::uint64_t early_headers = 0;   // not taken, being from the future
  std::uint64_t corrections = 0;     // times that all dates were moved
};

/// For the loop's thread. What it is made with outlives it.
class node_clock {
public:
  /// `believes`: the operator says that the wall clock is right, whatever the store says.
  node_clock(io::runtime& on, logger& say, bool believes = false);
  node_clock(const node_clock&) = delete;
  node_clock& operator=(const node_clock&) = delete;

  /// The node's time, as `clock_trust` has it. It steps only by a correction.
  [[nodiscard]] io::wall_time now() const noexcept { return trust_.time(on_.now()); }
  /// When this run of the node began.
  [[nodiscard]] io::wall_time began() const noexcept { return trust_.began(); }
  /// Whether anything may be given up for its age.
  [[nodiscard]] bool trusted() const noexcept { return trust_.trusted(); }
  [[nodiscard]] bool believes() const noexcept { return believes_; }

  /// The store has been read: where to go on from.
  void start(clock_start from);

  /// A peer has announced a header that is new to us. Inbound peers choose us: together they count as one group, each
  /// netgroup of outbound ones as another.
  void announced(const peer_info& by, const wire::header& said);

  /// Whether a header is from further ahead than `wire::limits::future_time`, by the later of the node's time and the
  /// wall clock. That is counted and said: such a header is not taken, and no fault of whoever sent it.
  [[nodiscard]] bool is_early(const wire::header& said);

  /// Looks whether the clock can still be trusted, or again; to be called every `limits::upkeep_interval`.
  void look();

  /// The operator says that the wall clock is right now.
  void trust();

  /// Called with what must be added to every date that is kept.
  std::function<void(io::wall_time::duration by)> corrected;

  [[nodiscard]] clock_statistics statistics() const;

private:
  void correct(io::wall_time::duration by);
  void note_trust();
  void warn_of_difference();
  [[nodiscard]] bool may_warn(io::time_point& next) const;

  io::runtime& on_;
  logger& say_;
  bool believes_;
  clock_trust trust_;
  clock_doubt said_ = clock_doubt::none;  // to the operator
  io::time_point warns_of_difference_{};  // not before then
  io::time_point warns_of_future_{};
  std::uint64_t early_headers_ = 0;
  std::uint64_t corrections_ = 0;
};

}  // namespace pappus::peer
