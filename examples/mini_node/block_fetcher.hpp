// Chooses the peers from which blocks are requested: first the peer that announced a block, then the next that has it;
// limits the requests per peer.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <pappus/io/runtime.hpp>
#include <pappus/io/time.hpp>
#include <pappus/node.hpp>
#include <pappus/wire/block.hpp>
#include <pappus/wire/compact_block.hpp>
#include <pappus/wire/hash.hpp>

#include "header_tree.hpp"
#include "memory_chain.hpp"

namespace mini_node {

/// Requests the compact block first and then the full block, as Grin does. Each peer has a queue: up to `asked_at_once`
/// requests are under way, up to `waiting_in_line` blocks wait, and an idle peer that has a block takes it over from
/// another peer's queue. If a peer does not respond for a while, the block is requested from the next peer as well. A
/// block is wanted until it has arrived or has been requested from all peers that have it.
class block_fetcher {
public:
  using peer_info = pappus::peer::peer_info;

  /// Limits per peer: requests under way, and blocks in the queue.
  static constexpr std::size_t asked_at_once = 16;
  static constexpr std::size_t waiting_in_line = 512;
  /// Time until a block is requested from another peer as well.
  static constexpr pappus::io::duration patience = std::chrono::seconds{5};

  struct statistics {
    std::size_t wanted = 0;         // blocks wanted now
    std::uint64_t dropped = 0;      // blocks never requested, because the queue was full
    std::uint64_t unavailable = 0;  // blocks that no peer sent
  };

  /// Receivers of the peers' responses, called on the loop. `block` must call `has_come`. `by_id` is true if the block
  /// was requested by `want_any`.
  struct receivers {
    std::function<void(const pappus::wire::compact_block_ptr& said, const peer_info& from)> compact_block;
    std::function<void(const pappus::wire::block_ptr& said, const peer_info& from, bool by_id)> block;
  };

  /// All arguments must outlive this object.
  block_fetcher(pappus::io::runtime& on, pappus::node& node, const memory_chain& chain, receivers to)
      : on_(on), node_(node), chain_(chain), to_(std::move(to)) {}

  /// Called when a peer has announced a block. Returns false if the block is not requested, because too many are
  /// wanted.
  bool want(const block_name& which, const peer_info& from);
  /// The same by hash alone, whatever header the block turns out to have. Does nothing if a block with that hash is
  /// wanted already.
  bool want_any(const pappus::wire::hash& id, const peer_info& from);
  void has_come(const block_name& which);

  /// Called when a peer has disconnected.
  void forget(std::uint64_t peer);

  /// Requests late blocks from other peers; to be called periodically. O(blocks wanted).
  void look_again();

  [[nodiscard]] statistics counted() const noexcept;

private:
  struct wanted {
    std::uint64_t number = 0;          // unique, never reused
    std::vector<std::uint64_t> asked;  // peers that received a request
    std::size_t under_way = 0;         // requests under way
    pappus::io::time_point asked_at{};
    std::uint64_t waits_at = 0;  // the peer in whose queue the block waits; 0: none
    std::uint64_t place = 0;     // position in that queue
  };
  using wanted_blocks = std::map<block_name, wanted>;

  /// A request to a peer.
  struct request {
    block_name name;
    std::uint64_t number;
  };

  /// The queue of a peer.
  struct line {
    peer_info who;
    std::size_t under_way = 0;
    std::map<std::uint64_t, block_name> waiting;  // by position
  };

  line& line_of(const peer_info& who);
  void ask(const block_name& which, std::uint64_t whom);
  [[nodiscard]] wanted_blocks::iterator find(const request& which);
  void ask_compact(const request& which, std::uint64_t whom);
  void ask_block(const request& which, std::uint64_t whom);
  void ended(const request& which, std::uint64_t whom, bool was_asked);
  void ask_next(const block_name& which);
  [[nodiscard]] std::optional<std::uint64_t> next_with_room(const block_name& which);
  [[nodiscard]] std::vector<std::uint64_t> not_asked(const block_name& which);
  [[nodiscard]] bool has_room(std::uint64_t peer) const { return lines_.at(peer).under_way < asked_at_once; }
  bool stand_in_line(const block_name& which, std::uint64_t peer);
  void leave_line(wanted& which);
  void drop(wanted_blocks::iterator which);
  void go_on(std::uint64_t peer);
  void help_others(std::uint64_t helper);

  pappus::io::runtime& on_;
  pappus::node& node_;
  const memory_chain& chain_;
  receivers to_;
  wanted_blocks wanted_;
  std::map<std::uint64_t, line> lines_;  // by peer
  std::uint64_t last_number_ = 0;
  std::uint64_t last_place_ = 0;
  std::uint64_t last_helped_ = 0;  // the peer whose queue was examined last for a block to take over
  std::uint64_t dropped_ = 0;
  std::uint64_t unavailable_ = 0;
};

}  // namespace mini_node
