// Whom to ask for blocks: who told of one, the next who has it if there is no answer, and nobody for too much at once.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <pappus/io/network.hpp>
#include <pappus/io/time.hpp>
#include <pappus/node.hpp>
#include <pappus/wire/block.hpp>
#include <pappus/wire/compact_block.hpp>
#include <pappus/wire/hash.hpp>

#include "header_tree.hpp"
#include "memory_chain.hpp"

namespace mini_node {

/// As Grin does it, a peer is asked for the compact block and then for all of it. Each peer has a line: so many blocks
/// are asked of it at once, so many more wait for their turn, and another peer that has one and nothing to do takes it
/// over. Who has not answered for a while is not waited for: the next is asked, too. A block is wanted until it is here
/// or all who have it have been asked.
class block_fetcher {
public:
  using peer_info = pappus::peer::peer_info;

  /// At once, and waiting: blocks of one peer.
  static constexpr std::size_t asked_at_once = 16;
  static constexpr std::size_t waiting_in_line = 512;
  /// After this time another peer is asked, too.
  static constexpr pappus::io::duration patience = std::chrono::seconds{5};

  struct statistics {
    std::size_t wanted = 0;         // blocks, now
    std::uint64_t overlooked = 0;   // blocks that nobody was asked for, because too many were waiting
    std::uint64_t unavailable = 0;  // blocks that nobody gave
  };

  /// What peers answer, as it comes; called on the loop. `block` must call `has_come`; `by_id`: it was asked for with
  /// `want_any`.
  struct receivers {
    std::function<void(const pappus::wire::compact_block_ptr& said, const peer_info& from)> compact_block;
    std::function<void(const pappus::wire::block_ptr& said, const peer_info& from, bool by_id)> block;
  };

  /// All of it outlives this.
  block_fetcher(pappus::io::runtime& on, pappus::node& node, const memory_chain& chain, receivers to)
      : on_(on), node_(node), chain_(chain), to_(std::move(to)) {}

  /// A peer has told of it. False if it is not asked for, since too many are.
  bool want(const block_name& which, const peer_info& from);
  /// The same, by its id alone, unless one that has it is wanted: whatever header the block turns out to have.
  bool want_any(const pappus::wire::hash& id, const peer_info& from);
  void has_come(const block_name& which);

  /// That peer has gone.
  void forget(std::uint64_t peer);

  /// Asks others for what has not come for a while; to be called now and then. O(blocks wanted).
  void look_again();

  [[nodiscard]] statistics counted() const noexcept;

private:
  struct wanted {
    std::uint64_t number = 0;          // never used again
    std::vector<std::uint64_t> asked;  // peers
    std::size_t under_way = 0;         // of these
    pappus::io::time_point asked_at{};
    std::uint64_t waits_at = 0;  // the peer in whose line it is; 0: none
    std::uint64_t place = 0;     // in that line
  };
  using wanted_blocks = std::map<block_name, wanted>;

  /// What a peer is asked for.
  struct request {
    block_name name;
    std::uint64_t number;
  };

  /// Of a peer.
  struct line {
    peer_info who;
    std::size_t under_way = 0;
    std::map<std::uint64_t, block_name> waiting;  // by their places
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
  std::uint64_t last_helped_ = 0;  // in whose line it was last looked for something to take over
  std::uint64_t overlooked_ = 0;
  std::uint64_t unavailable_ = 0;
};

}  // namespace mini_node
