// Downloads the segments of a state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <pappus/integration/bridge/chain_import.hpp>
#include <pappus/integration/bridge/state_import.hpp>
#include <pappus/integration/sync/download_window.hpp>
#include <pappus/integration/sync/limits.hpp>
#include <pappus/integration/sync/sync_action.hpp>
#include <pappus/integration/sync/sync_options.hpp>
#include <pappus/integration/sync/sync_peers.hpp>
#include <pappus/io/time.hpp>

namespace pappus::integration {

/// The application lists the segments that it needs next; they are requested from several peers at once, and are
/// imported in the order in which they arrive, one at a time. Each segment proves that it belongs to the state, so one
/// that is invalid is the fault of the peer that has sent it.
class segment_sync {
public:
  /// References outlive it; `tickets` is the number of the last one.
  segment_sync(sync_peers& peers, sync_peers::actions& to_do, sync_ticket& tickets, const sync_options& options)
      : peers_(peers),
        to_do_(to_do),
        tickets_(tickets),
        options_(options),
        window_(peers, to_do, sync_kind::segment, limits::assumed_segment_size) {}

  /// Begins with a state, or goes on with it.
  void begin(const state_target& target);
  /// Forgets what it has begun.
  void end();

  /// Nothing if the application has failed.
  void listed(io::time_point now, std::optional<state_progress> what);
  void imported(io::time_point now, sync_ticket which, import_result what);
  /// False if the ticket is none of a request for a segment. `bytes`: its size.
  [[nodiscard]] bool received(io::time_point now, sync_ticket which, std::size_t bytes);
  [[nodiscard]] bool unanswered(io::time_point now, sync_ticket which) { return window_.unanswered(now, which); }

  /// Orders what can be done now. To be called after each event.
  void advance(io::time_point now);
  /// When `advance` is to be called next, if there is no event.
  [[nodiscard]] io::time_point next_due(io::time_point now) const;

  /// Whether all segments have been imported.
  [[nodiscard]] bool is_complete() const noexcept { return progress_.complete; }
  /// Whether a peer without a pause serves the state.
  [[nodiscard]] bool is_served(io::time_point now, const state_target& target) const;
  /// Whether segments are wanted, and none has come for `sync_options::archive_delay`.
  [[nodiscard]] bool waits_too_long(io::time_point now) const;
  /// The last that the application has told.
  [[nodiscard]] const state_progress& progress() const noexcept { return progress_; }
  [[nodiscard]] std::size_t in_flight() const noexcept { return window_.in_flight(); }
  /// Requests under way, and segments that are kept or may be requested next.
  [[nodiscard]] std::size_t tickets() const noexcept { return window_.tickets(); }
  [[nodiscard]] std::size_t bytes() const noexcept { return window_.bytes(); }
  [[nodiscard]] std::uint64_t wasted() const noexcept { return window_.wasted(); }

private:
  using window = download_window<segment_name>;

  [[nodiscard]] bool waits() const;
  void list_more(io::time_point now);
  void import_next(io::time_point now);
  void request_segments(io::time_point now);
  [[nodiscard]] bool request_segment(io::time_point now, window::item& which);

  sync_peers& peers_;
  sync_peers::actions& to_do_;
  sync_ticket& tickets_;
  const sync_options& options_;
  std::optional<state_target> target_;
  window window_;
  state_progress progress_;
  bool is_listing_ = false;
  bool list_is_stale_ = false;  // what is being listed is of another state
  bool has_changed_ = false;    // since it was listed
  std::size_t imports_ = 0;     // since it was listed
  std::optional<sync_ticket> importing_;
  io::time_point waits_since_ = io::time_point::min();      // for the next segment
  io::time_point not_before_ = io::time_point::min();       // of the next import
  io::time_point list_not_before_ = io::time_point::min();  // of the next list
};

}  // namespace pappus::integration
