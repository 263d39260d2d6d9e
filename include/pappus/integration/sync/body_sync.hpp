// Downloads the blocks of the header chain that the application does not have.
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
#include <pappus/peer/chain_tip.hpp>

namespace pappus::integration {

/// Blocks are requested within a window that begins with the first missing one, from several peers at once, and are
/// imported in the order of the chain, one at a time. If the first block of the window is late, another peer is asked
/// for it, too; so a window is held up by no peer. A slow peer is asked only for what it is expected to send before it
/// is needed, as long as a faster one is there. Blocks count, from when they are requested, against a limit in bytes.
/// No block is requested while the application needs a state.
class body_sync {
public:
  /// References outlive it; `tickets` is the number of the last one.
  body_sync(sync_peers& peers, sync_peers::actions& to_do, sync_ticket& tickets, const sync_options& options)
      : peers_(peers),
        to_do_(to_do),
        tickets_(tickets),
        options_(options),
        window_(peers, to_do, sync_kind::block, limits::assumed_block_size) {}

  /// The tips of the application's chain of blocks and of its header chain.
  void set_tips(peer::chain_tip body, peer::chain_tip header) noexcept;

  /// Nothing if the application has failed.
  void listed(io::time_point now, std::optional<missing_blocks> what);
  void imported(io::time_point now, sync_ticket which, import_result what);
  /// The state that was needed has been imported.
  void state_imported() noexcept;

  /// False if the ticket is none of a request for a block. `bytes`: its size.
  [[nodiscard]] bool received(io::time_point now, sync_ticket which, std::size_t bytes) {
    return window_.received(now, which, bytes);
  }
  [[nodiscard]] bool unanswered(io::time_point now, sync_ticket which) { return window_.unanswered(now, which); }

  /// Orders what can be done now. To be called after each event. `may_request`: whether blocks are to be downloaded
  /// now.
  void advance(io::time_point now, bool may_request);
  /// When `advance` is to be called next, if there is no event.
  [[nodiscard]] io::time_point next_due(io::time_point now) const;

  /// Whether what is missing has yet to be listed for the latest headers.
  [[nodiscard]] bool is_listing() const noexcept { return has_new_headers_ || listing_; }
  /// The state that the application needs before any block, by the last list.
  [[nodiscard]] const std::optional<state_target>& needed_state() const noexcept { return needed_state_; }
  [[nodiscard]] peer::chain_tip body() const noexcept { return body_; }
  /// Whether the header chain has more work than the chain of blocks.
  [[nodiscard]] bool is_behind() const noexcept { return header_.total_difficulty > body_.total_difficulty; }
  [[nodiscard]] std::size_t in_flight() const noexcept { return window_.in_flight(); }
  /// Requests under way, and blocks that are kept or may be requested next.
  [[nodiscard]] std::size_t tickets() const noexcept { return window_.tickets(); }
  /// Bytes of blocks that wait to be imported, and `limits::assumed_block_size` for each that is requested.
  [[nodiscard]] std::size_t bytes() const noexcept { return window_.bytes(); }
  [[nodiscard]] std::uint64_t wasted() const noexcept { return window_.wasted(); }

private:
  using window = download_window<missing_blocks::block>;

  void list_more(io::time_point now);
  void import_next(io::time_point now);
  void request_blocks(io::time_point now);
  [[nodiscard]] bool request_block(io::time_point now, window::item& which, std::size_t ahead);
  void clear();

  sync_peers& peers_;
  sync_peers::actions& to_do_;
  sync_ticket& tickets_;
  const sync_options& options_;
  peer::chain_tip body_;
  peer::chain_tip header_;
  window window_;
  std::optional<state_target> needed_state_;
  std::optional<std::size_t> listing_;  // how many are being listed
  bool list_is_stale_ = false;          // what is being listed is not wanted any more
  bool has_new_headers_ = false;        // since it was listed: the window may be of another chain
  bool is_complete_ = false;            // nothing is missing after the window
  std::optional<sync_ticket> importing_;

  io::time_point not_before_ = io::time_point::min();       // of the next import
  io::time_point list_not_before_ = io::time_point::min();  // of the next list
};

}  // namespace pappus::integration
