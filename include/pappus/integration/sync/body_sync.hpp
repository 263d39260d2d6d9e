// Downloads the blocks of the header chain that the application does not have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include <pappus/integration/bridge/chain_import.hpp>
#include <pappus/integration/sync/limits.hpp>
#include <pappus/integration/sync/open_requests.hpp>
#include <pappus/integration/sync/sync_action.hpp>
#include <pappus/integration/sync/sync_peers.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/chain_tip.hpp>
#include <pappus/wire/hash.hpp>

namespace pappus::integration {

/// Blocks are requested within a window that begins with the first missing one, from several peers at once, and are
/// imported in the order of the chain, one at a time. If the first block of the window is late, another peer is asked
/// for it, too; so a window is held up by no peer. Blocks count, from when they are requested, against a limit in
/// bytes.
class body_sync {
public:
  /// References outlive it; `tickets` is the number of the last one. `max_bytes`: of blocks, as `bytes` counts them.
  body_sync(sync_peers& peers, sync_peers::actions& to_do, sync_ticket& tickets, std::size_t max_bytes) noexcept
      : peers_(peers), to_do_(to_do), tickets_(tickets), max_bytes_(max_bytes), open_(peers, sync_kind::block) {}

  /// The tips of the application's chain of blocks and of its header chain.
  void set_tips(peer::chain_tip body, peer::chain_tip header) noexcept;

  /// Nothing if the application has failed.
  void listed(io::time_point now, std::optional<missing_blocks> what);
  void imported(io::time_point now, sync_ticket which, import_result what);

  /// False if the ticket is none of a request for a block. `bytes`: its size.
  [[nodiscard]] bool received(io::time_point now, sync_ticket which, std::size_t bytes);
  [[nodiscard]] bool unanswered(io::time_point now, sync_ticket which);

  /// Orders what can be done now. To be called after each event.
  void advance(io::time_point now);
  /// When `advance` is to be called next, if there is no event.
  [[nodiscard]] io::time_point next_due(io::time_point now) const;

  [[nodiscard]] peer::chain_tip body() const noexcept { return body_; }
  /// Whether the header chain has more work than the chain of blocks.
  [[nodiscard]] bool is_behind() const noexcept { return header_.total_difficulty > body_.total_difficulty; }
  [[nodiscard]] std::size_t in_flight() const noexcept { return open_.size(); }
  /// Bytes of blocks that wait to be imported, and `limits::assumed_block_size` for each that is requested.
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::uint64_t wasted() const noexcept { return wasted_; }

private:
  struct request : open_request {
    wire::hash hash;
  };
  struct entry {
    wire::hash hash;
    std::uint64_t height = 0;
    std::vector<std::uint64_t> asked = {};  // peers, not to be asked again for a while
    std::optional<sync_ticket> arrived = {};
    std::uint64_t source = 0;  // the peer that sent it
    std::size_t counted = 0;   // bytes that count
    io::time_point not_before = io::time_point::min();
  };

  [[nodiscard]] entry* find(const wire::hash& hash);
  [[nodiscard]] bool has_open(const entry& which) const;
  [[nodiscard]] bool is_awaited(const entry& which, bool first, io::time_point now) const;
  void count(entry& which, std::size_t bytes) noexcept;
  void check_late(io::time_point now);
  void list_more(io::time_point now);
  void import_next(io::time_point now);
  void request_blocks(io::time_point now);
  [[nodiscard]] bool request_block(io::time_point now, entry& which);
  void clear();

  sync_peers& peers_;
  sync_peers::actions& to_do_;
  sync_ticket& tickets_;
  std::size_t max_bytes_;
  peer::chain_tip body_;
  peer::chain_tip header_;
  std::deque<entry> window_;
  open_requests<request> open_;
  std::optional<std::size_t> listing_;  // how many are being listed
  bool list_is_stale_ = false;          // what is being listed is not wanted any more
  bool has_new_headers_ = false;        // since it was listed: the window may be of another chain
  bool is_complete_ = false;            // nothing is missing after the window
  std::optional<sync_ticket> importing_;
  std::size_t bytes_ = 0;

  io::time_point not_before_ = io::time_point::min();       // of the next import
  io::time_point list_not_before_ = io::time_point::min();  // of the next list
  std::uint64_t wasted_ = 0;                                // bytes of blocks that were not imported
};

}  // namespace pappus::integration
