// Fetches announced blocks, and announces them to other peers.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <utility>

#include <pappus/coro/task.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/time.hpp>
#include <pappus/node.hpp>

#include "block_fetcher.hpp"
#include "memory_chain.hpp"
#include "records.hpp"

namespace mini_node {

/// Requests the block of each acceptable header, and announces the header to the other peers when the block has
/// arrived. If the predecessor does not arrive within a while, it is requested as well, and so on as far as there is
/// room. Nothing is verified, so on mainnet and testnet, where the node would be responsible for what it relays, it
/// neither announces blocks from peers nor advertises a chain of them.
class follower {
public:
  using peer_info = pappus::peer::peer_info;

  /// `tell` is called once for each arrival, `warn` when more blocks are announced than can be requested. All arguments
  /// must outlive this object.
  follower(pappus::io::runtime& on, pappus::node& node, memory_chain& chain, std::function<void(const record&)> tell,
           std::function<void()> warn);
  follower(const follower&) = delete;
  follower& operator=(const follower&) = delete;

  /// An announcement or block from a peer.
  void heard(const pappus::wire::header& said, const peer_info& from);
  void heard(const pappus::wire::compact_block_ptr& said, const peer_info& from);
  void heard(const pappus::wire::block_ptr& said, const peer_info& from);

  /// Called when a peer has disconnected.
  void forget(std::uint64_t peer) { fetcher_.forget(peer); }

  /// Requests missing blocks periodically, until the node stops.
  [[nodiscard]] pappus::task<void> run();

  /// Advertises the tip of the stored chain in pings, unless the operator has set one.
  void show_tip();
  /// Sets the advertised tip for good.
  void set_tip(pappus::peer::chain_tip said);

  [[nodiscard]] std::uint64_t relayed() const noexcept { return relayed_; }
  [[nodiscard]] block_fetcher::statistics fetching() const noexcept { return fetcher_.counted(); }

private:
  /// Interval of the check for late blocks; time until a missing predecessor is requested, in case blocks only arrive
  /// out of order.
  static constexpr pappus::io::duration look_interval = std::chrono::seconds{1};
  static constexpr pappus::io::duration out_of_order = std::chrono::seconds{5};
  /// Maximum number of blocks whose predecessors may still arrive unrequested; beyond it, the oldest is forgotten.
  static constexpr std::size_t strays = 256;

  /// A block that arrived before its predecessor.
  struct stray {
    block_name name;
    std::uint64_t from;  // the peer that sent it
    pappus::io::time_point came;
  };

  void want(const block_name& which, const peer_info& from);
  void take_answer(const pappus::wire::block_ptr& said, const peer_info& from, bool by_id);
  void arrived(const block_name& which);
  void ask_before(const block_name& which, const peer_info& whom);
  void ask_before(const stray& which);

  pappus::io::runtime& on_;
  pappus::node& node_;
  memory_chain& chain_;
  std::function<void(const record&)> tell_;
  std::function<void()> warn_;
  block_fetcher fetcher_;
  std::deque<stray> strays_;  // oldest first
  std::uint64_t relayed_ = 0;
  bool tip_is_given_ = false;
};

}  // namespace mini_node
