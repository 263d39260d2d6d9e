// State machine of the synchronization of the chain: turns events into actions, without I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <pappus/integration/bridge/chain_import.hpp>
#include <pappus/integration/bridge/state_import.hpp>
#include <pappus/integration/bridge/sync_status.hpp>
#include <pappus/integration/sync/archive_sync.hpp>
#include <pappus/integration/sync/body_sync.hpp>
#include <pappus/integration/sync/header_sync.hpp>
#include <pappus/integration/sync/headers_summary.hpp>
#include <pappus/integration/sync/state_sync.hpp>
#include <pappus/integration/sync/sync_action.hpp>
#include <pappus/integration/sync/sync_options.hpp>
#include <pappus/integration/sync/sync_peers.hpp>
#include <pappus/io/random.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/chain_tip.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/wire/hash.hpp>

namespace pappus::integration {

/// Brings the application's chain to the tip of the network: first headers, then a state if it needs one, then the
/// blocks of the header chain. The application validates, stores and decides which chain is best. Headers go on while a
/// state or blocks are downloaded.
///
/// Pure: time and random numbers are passed in, and actions are returned. Times must not step back. After each event
/// the caller takes actions from `next_action` until there is none; their results are further events, during that or
/// later. Only an import that is `invalid` blames a peer. An event costs at most the window times peers and requests,
/// one of a peer O(log peers). If one throws, because there is no memory, it has happened, except that a peer may not
/// have been added; what is to be done then is ordered with the next event.
class syncer {
public:
  explicit syncer(io::random_source rng, const sync_options& options = {}, state_methods usable = {})
      : options_(options),
        usable_(usable),
        peers_(std::move(rng), to_do_, options_),
        blocks_(peers_, to_do_, tickets_, options_),
        state_(peers_, to_do_, tickets_, options_, usable) {}
  syncer(const syncer&) = delete;
  syncer& operator=(const syncer&) = delete;

  // Peers, many of which may come and go at once: what follows is done in the next `tick`, which the caller makes soon.
  // A peer that has left answers no more: its requests are reported as `unanswered` by the caller.
  // A peer that is here already only has its tip updated.
  void peer_connected(const peer::peer_info& which) { peers_.add(which); }
  void peer_changed(std::uint64_t peer, peer::chain_tip claimed) noexcept { peers_.update(peer, claimed); }
  void peer_disconnected(std::uint64_t peer) noexcept { peers_.remove(peer); }

  /// The application's tips, before the first action and after each change.
  void set_tips(io::time_point now, peer::chain_tip body, peer::chain_tip header);

  // Results of actions. Without a locator or a list the application has failed.
  void located(io::time_point now, std::vector<wire::hash> locator);
  void headers_received(io::time_point now, sync_ticket which, const headers_summary& response);
  void headers_imported(io::time_point now, sync_ticket which, import_result what);
  void missing_listed(io::time_point now, std::optional<missing_blocks> what);
  void block_received(io::time_point now, sync_ticket which, std::size_t bytes);
  void block_imported(io::time_point now, sync_ticket which, import_result what);
  /// Nothing if the application has failed.
  void state_continued(io::time_point now, std::optional<state_progress> what);
  void segment_received(io::time_point now, sync_ticket which, std::size_t bytes);
  void segment_imported(io::time_point now, sync_ticket which, import_result what);
  void state_finished(io::time_point now, import_result what);
  void archive_received(io::time_point now, sync_ticket which, archive_outcome what);
  void archive_imported(io::time_point now, sync_ticket which, import_result what);
  void unanswered(io::time_point now, sync_ticket which);

  void tick(io::time_point now) { advance(now); }
  /// When `tick` is to be called next.
  [[nodiscard]] io::time_point next_due(io::time_point now) const;

  /// The next action to be performed; nothing if there is none.
  [[nodiscard]] std::optional<any_sync_action> next_action();

  [[nodiscard]] sync_status status(io::time_point now) const;

private:
  void advance(io::time_point now);
  void make_room();
  [[nodiscard]] bool headers_arrive(io::time_point now) const;
  [[nodiscard]] bool may_need_state(io::time_point now) const;

  const sync_options options_;
  const state_methods usable_;
  sync_peers::actions to_do_;
  sync_ticket tickets_ = 0;
  sync_peers peers_;
  header_sync headers_{peers_, to_do_, tickets_};
  body_sync blocks_;
  state_sync state_;
  std::optional<io::time_point> header_progress_;  // when the header chain has last got more work
  bool has_tips_ = false;
};

}  // namespace pappus::integration
