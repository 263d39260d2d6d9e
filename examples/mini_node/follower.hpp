// Brings home the blocks that peers tell of, and tells others of them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <utility>

#include <pappus/coro/task.hpp>
#include <pappus/io/network.hpp>
#include <pappus/io/time.hpp>
#include <pappus/node.hpp>

#include "block_fetcher.hpp"
#include "memory_chain.hpp"
#include "records.hpp"

namespace mini_node {

/// Asks for the block of each header that may be one, and tells everybody else of the header when the block is here. If
/// the block before it does not come within a while, that is asked for, too, and so on as far as there is room. Judges
/// nothing, so on a network on the Internet, where it would answer for that, it neither passes on nor tells of a chain
/// what peers have brought.
class follower {
public:
  using peer_info = pappus::peer::peer_info;

  /// `tell` hears of each arrival, once, and `warn` when more is told of than can be asked for. All of it outlives
  /// this.
  follower(pappus::io::runtime& on, pappus::node& node, memory_chain& chain, std::function<void(const record&)> tell,
           std::function<void()> warn);
  follower(const follower&) = delete;
  follower& operator=(const follower&) = delete;

  /// News from a peer.
  void heard(const pappus::wire::header& said, const peer_info& from);
  void heard(const pappus::wire::compact_block_ptr& said, const peer_info& from);
  void heard(const pappus::wire::block_ptr& said, const peer_info& from);

  /// That peer has gone.
  void forget(std::uint64_t peer) { fetcher_.forget(peer); }

  /// Looks after what does not come, for as long as the node runs.
  [[nodiscard]] pappus::task<void> run();

  /// Lets pings say what the chain is, unless the operator has said it.
  void show_tip();
  /// The operator says it.
  void set_tip(pappus::peer::chain_tip said);

  [[nodiscard]] std::uint64_t passed_on() const noexcept { return passed_on_; }
  [[nodiscard]] block_fetcher::statistics fetching() const noexcept { return fetcher_.counted(); }

private:
  /// Between two looks at what has not come; and how long what comes out of order has before it is asked for.
  static constexpr pappus::io::duration look_interval = std::chrono::seconds{1};
  static constexpr pappus::io::duration out_of_order = std::chrono::seconds{5};
  /// Blocks whose predecessors may yet come by themselves; beyond these the oldest is not waited for.
  static constexpr std::size_t strays = 256;

  /// A block that came without the one before it.
  struct stray {
    block_name name;
    std::uint64_t from;  // the peer that has given it
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
  std::uint64_t passed_on_ = 0;
  bool tip_is_given_ = false;
};

}  // namespace mini_node
