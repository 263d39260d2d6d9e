// Imports the state that the application needs: by segments, or as an archive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include <pappus/integration/bridge/chain_import.hpp>
#include <pappus/integration/bridge/state_import.hpp>
#include <pappus/integration/bridge/sync_status.hpp>
#include <pappus/integration/sync/archive_sync.hpp>
#include <pappus/integration/sync/limits.hpp>
#include <pappus/integration/sync/segment_sync.hpp>
#include <pappus/integration/sync/sync_action.hpp>
#include <pappus/integration/sync/sync_options.hpp>
#include <pappus/integration/sync/sync_peers.hpp>
#include <pappus/io/time.hpp>

namespace pappus::integration {

/// The ways in which a state can be imported.
struct state_methods {
  bool segments = false;  // the application has the functions for it
  bool archive = false;   // it has the function for it, and there is a folder to store it
};

/// A state is imported by one method at a time: by segments, and as an archive if no segment has come for
/// `sync_options::archive_delay`, if the state was invalid, or if it cannot be imported by segments. It goes on with
/// the same state, though the application may already need a later one, as long as a peer serves it and the application
/// does not fail.
class state_sync {
public:
  /// References outlive it; `tickets` is the number of the last one.
  state_sync(sync_peers& peers, sync_peers::actions& to_do, sync_ticket& tickets, const sync_options& options,
             state_methods usable)
      : to_do_(to_do), segments_(peers, to_do, tickets, options), archive_(peers, to_do, tickets), usable_(usable) {}

  // Results of actions. False if the ticket is none of this.

  void continued(io::time_point now, std::optional<state_progress> what);
  [[nodiscard]] bool segment_received(io::time_point now, sync_ticket which, std::size_t bytes) {
    return segments_.received(now, which, bytes);
  }
  void segment_imported(io::time_point now, sync_ticket which, import_result what) {
    segments_.imported(now, which, what);
  }
  void finished(io::time_point now, import_result what);
  [[nodiscard]] bool archive_received(io::time_point now, sync_ticket which, archive_outcome what) {
    return archive_.received(now, which, what);
  }
  void archive_imported(io::time_point now, sync_ticket which, import_result what);
  [[nodiscard]] bool unanswered(io::time_point now, sync_ticket which) {
    return segments_.unanswered(now, which) || archive_.unanswered(now, which);
  }

  /// Orders what can be done now. To be called after each event. `needed`: the state that the application needs.
  /// `may_begin`: whether the header chain is complete enough to begin with it.
  void advance(io::time_point now, const std::optional<state_target>& needed, bool may_begin);
  /// When `advance` is to be called next, if there is no event.
  [[nodiscard]] io::time_point next_due(io::time_point now) const;
  /// Whether a state has been imported since this was called last.
  [[nodiscard]] bool take_imported() noexcept { return std::exchange(has_imported_, false); }

  /// The stage, if a state is being imported.
  [[nodiscard]] std::optional<sync_stage> stage() const noexcept;
  [[nodiscard]] const std::optional<state_target>& target() const noexcept { return target_; }
  [[nodiscard]] const state_progress& progress() const noexcept { return segments_.progress(); }
  [[nodiscard]] std::size_t in_flight() const noexcept { return segments_.in_flight() + archive_.in_flight(); }
  /// Requests under way, and responses that are kept or may be requested next.
  [[nodiscard]] std::size_t tickets() const noexcept { return segments_.tickets() + 1; }
  [[nodiscard]] std::size_t bytes() const noexcept { return segments_.bytes(); }
  [[nodiscard]] std::uint64_t wasted() const noexcept { return segments_.wasted(); }

private:
  enum class method : std::uint8_t { none, segments, archive };

  void begin(io::time_point now, const state_target& target);
  void end();
  [[nodiscard]] bool is_obsolete(io::time_point now, const state_target& needed);
  void choose_method(io::time_point now);
  void use(method which);

  sync_peers::actions& to_do_;
  segment_sync segments_;
  archive_sync archive_;
  state_methods usable_;
  std::optional<state_target> target_;  // that is being imported
  method method_ = method::none;
  bool is_finishing_ = false;  // the application validates the state
  bool has_failed_ = false;    // the application, with the target
  bool has_imported_ = false;
  io::time_point last_served_ = io::time_point::min();  // when a peer has last served the segments of the target
  io::time_point segments_not_before_ = io::time_point::min();  // their state was invalid
  io::time_point finish_not_before_ = io::time_point::min();
  io::time_point next_check_ = io::never;  // whether another method or state is to be imported
};

}  // namespace pappus::integration
