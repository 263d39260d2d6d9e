// Downloads the archive of a state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <pappus/integration/bridge/chain_import.hpp>
#include <pappus/integration/bridge/state_import.hpp>
#include <pappus/integration/sync/limits.hpp>
#include <pappus/integration/sync/sync_action.hpp>
#include <pappus/integration/sync/sync_peers.hpp>
#include <pappus/io/time.hpp>
#include <pappus/wire/hash.hpp>

namespace pappus::integration {

/// What became of an archive that a peer has sent.
enum class archive_outcome : std::uint8_t {
  stored,    // whole, and undamaged
  damaged,   // it is no archive of a state: the peer has misbehaved
  unstored,  // it could not be stored here
};

/// One archive at a time is requested, of one peer after the other. How long a peer may take for it is for the session
/// to bound.
class archive_sync {
public:
  /// References outlive it; `tickets` is the number of the last one.
  archive_sync(sync_peers& peers, sync_peers::actions& to_do, sync_ticket& tickets) noexcept
      : peers_(peers), to_do_(to_do), tickets_(tickets) {}

  /// Begins with a state.
  void begin(const state_target& target);
  /// Forgets what it has begun; the download of an archive is canceled.
  void end();

  /// False if the ticket is none of a request for an archive.
  [[nodiscard]] bool received(io::time_point now, sync_ticket which, archive_outcome what);
  [[nodiscard]] bool unanswered(io::time_point now, sync_ticket which);
  /// True if the state has been imported.
  [[nodiscard]] bool imported(io::time_point now, sync_ticket which, import_result what);

  /// Orders what can be done now. To be called after each event.
  void advance(io::time_point now);
  /// When `advance` is to be called next, if there is no event.
  [[nodiscard]] io::time_point next_due(io::time_point now) const;

  /// Whether an archive is requested or being imported.
  [[nodiscard]] bool is_busy() const noexcept { return request_.has_value() || arrived_.has_value(); }
  /// Whether an archive is being imported, or is to be.
  [[nodiscard]] bool has_arrived() const noexcept { return arrived_.has_value(); }
  /// Whether the application imports one: nothing else must be begun meanwhile.
  [[nodiscard]] bool is_importing() const noexcept { return is_importing_; }
  /// Whether a peer has kept silent for long instead of sending one.
  [[nodiscard]] bool was_silence() const noexcept { return was_silence_; }
  /// Whether a peer without a pause serves archives of that height.
  [[nodiscard]] bool is_served(io::time_point now, const state_target& target) const;
  [[nodiscard]] std::size_t in_flight() const noexcept { return request_ ? 1 : 0; }

private:
  struct request {
    sync_ticket ticket;
    std::uint64_t peer;
    io::time_point asked_at;
    bool is_stale = false;  // it is of a state that is not wanted any more
  };

  [[nodiscard]] std::optional<request> take(sync_ticket which);
  void request_next(io::time_point now);

  sync_peers& peers_;
  sync_peers::actions& to_do_;
  sync_ticket& tickets_;
  std::optional<state_target> target_;
  std::optional<request> request_;  // without an outcome
  std::optional<request> arrived_;  // to be imported
  bool is_importing_ = false;
  bool was_silence_ = false;
  int failures_ = 0;                                   // of the application to import it
  wire::hash asked_for_{};                             // block whose state these peers were asked for
  std::vector<std::uint64_t> asked_;                   // not to be asked again for a while
  io::time_point not_before_ = io::time_point::min();  // of the next request or import
};

}  // namespace pappus::integration
