// Brings home the blocks that peers tell of, and tells others of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include <pappus/node.hpp>

#include "memory_chain.hpp"
#include "records.hpp"

namespace mini_node {

/// As Grin does it: asks whoever told of a header for the compact block and then for all of it, the next one that told
/// of it if there is no answer, and tells everybody else of the header when the block is here. Judges nothing, so on a
/// network on the Internet, where it would answer for that, it neither passes on nor tells of a chain what peers have
/// brought.
class follower {
public:
  /// `tell` hears of each arrival, once. All of it outlives this.
  follower(pappus::node& node, memory_chain& chain, std::function<void(const record&)> tell)
      : node_(node), chain_(chain), tell_(std::move(tell)) {}

  /// News from a peer.
  void heard(const pappus::wire::header& said, const pappus::peer::peer_info& from);
  void heard(const pappus::wire::compact_block_ptr& said, const pappus::peer::peer_info& from);
  void heard(const pappus::wire::block_ptr& said, const pappus::peer::peer_info& from);

  /// Lets pings say what the chain is, unless the operator has said it.
  void show_tip();
  /// The operator says it.
  void set_tip(pappus::peer::chain_tip said);

  [[nodiscard]] std::uint64_t passed_on() const noexcept { return passed_on_; }

private:
  using hash = pappus::wire::hash;
  using peer_info = pappus::peer::peer_info;

  /// At once: blocks that are asked for, of one peer and in all; and how many peers are asked for one.
  static constexpr std::size_t requests = 256;
  static constexpr std::size_t requests_of_one = 16;
  static constexpr std::size_t asked_for_one = 5;

  using peers_asked = std::vector<std::uint64_t>;  // one after the other

  void ask(const hash& id, const peer_info& whom);
  void want(const hash& id, const peer_info& from);
  void ask_next(const hash& id);
  void ask_compact(const hash& id, const peer_info& from);
  void ask_block(const hash& id, const peer_info& from);
  void arrived(const hash& id);

  pappus::node& node_;
  memory_chain& chain_;
  std::function<void(const record&)> tell_;
  std::map<hash, peers_asked> wanted_;
  std::uint64_t passed_on_ = 0;
  bool tip_is_given_ = false;
};

}  // namespace mini_node
