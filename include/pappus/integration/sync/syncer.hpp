// State machine of the synchronization of the chain: turns events into actions, without I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <pappus/integration/sync/body_sync.hpp>
#include <pappus/integration/sync/header_sync.hpp>
#include <pappus/integration/sync/headers_summary.hpp>
#include <pappus/integration/sync/sync_action.hpp>
#include <pappus/integration/sync/sync_peers.hpp>
#include <pappus/io/random.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/chain_tip.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/wire/hash.hpp>

namespace pappus::integration {

enum class sync_stage : std::uint8_t {
  waiting,    // for the application's tips, or for peers
  headers,    // a peer has more work than the header chain
  blocks,     // blocks of the header chain are missing
  following,  // nothing is missing
};

/// Name for logs, events and metrics.
[[nodiscard]] std::string_view to_string(sync_stage which) noexcept;

/// State of the synchronization, for operators.
struct sync_status {
  sync_stage stage = sync_stage::waiting;
  peer::chain_tip body;       // of the application's chain of blocks
  peer::chain_tip header;     // of its header chain
  peer::chain_tip best;       // the most work that a peer is believed to have
  std::size_t in_flight = 0;  // requests to peers
  std::size_t bytes = 0;      // of blocks that are requested, as if each were the largest, or wait to be imported
  std::uint64_t headers_wasted = 0;
  std::uint64_t bytes_wasted = 0;  // of blocks
};

/// Brings the application's chain to the tip of the network: first headers, then the blocks of the header chain. The
/// application validates, stores and decides which chain is best. Headers go on while blocks are downloaded.
///
/// Pure: time and random numbers are passed in, and actions are returned. Times must not step back. After each event
/// the caller takes actions from `next_action` until there is none; their results are further events, during that or
/// later. Only an import that is `invalid` blames a peer. Each event costs at most the window times peers and requests.
class syncer {
public:
  explicit syncer(io::random_source rng) : peers_(std::move(rng), to_do_) {}
  syncer(const syncer&) = delete;
  syncer& operator=(const syncer&) = delete;

  // Peers. A peer that has left answers no more: its requests are reported as `unanswered` by the caller.
  void peer_connected(io::time_point now, const peer::peer_info& which);
  void peer_changed(io::time_point now, std::uint64_t peer, peer::chain_tip claimed);
  void peer_disconnected(io::time_point now, std::uint64_t peer);

  /// The application's tips, before the first action and after each change.
  void set_tips(io::time_point now, peer::chain_tip body, peer::chain_tip header);

  // Results of actions. Without a locator or a list the application has failed.
  void located(io::time_point now, std::vector<wire::hash> locator);
  void headers_received(io::time_point now, sync_ticket which, const headers_summary& response);
  void headers_imported(io::time_point now, sync_ticket which, import_result what);
  void missing_listed(io::time_point now, std::optional<missing_blocks> what);
  void block_received(io::time_point now, sync_ticket which, std::size_t bytes);
  void block_imported(io::time_point now, sync_ticket which, import_result what);
  void unanswered(io::time_point now, sync_ticket which);

  void tick(io::time_point now) { advance(now); }
  /// When `tick` is to be called next.
  [[nodiscard]] io::time_point next_due(io::time_point now) const;

  /// The next action to be performed; nothing if there is none.
  [[nodiscard]] std::optional<any_sync_action> next_action();

  [[nodiscard]] sync_status status(io::time_point now) const;

private:
  void advance(io::time_point now);

  sync_peers::actions to_do_;
  sync_ticket tickets_ = 0;
  sync_peers peers_;
  header_sync headers_{peers_, to_do_, tickets_};
  body_sync blocks_{peers_, to_do_, tickets_};
  bool has_tips_ = false;
};

}  // namespace pappus::integration
