// Follows the chain of the network: stores headers and blocks, and tells the node and the other peers of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <utility>

#include <pappus/coro/task.hpp>
#include <pappus/integration/bridge/adapter.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/time.hpp>
#include <pappus/node.hpp>
#include <pappus/peer/chain_tip.hpp>

#include "memory_chain.hpp"
#include "records.hpp"

namespace mini_node {

/// The library requests headers and blocks from peers; this class puts them, and those that peers announce, into the
/// chain. It announces each new tip to the other peers, unless it has headers of further blocks. Nothing is verified,
/// so on mainnet and testnet, where the node would be responsible for what it relays, it requests no chain, announces
/// no blocks from peers and advertises no chain of them.
class follower {
public:
  using peer_info = pappus::peer::peer_info;

  /// Time without the next block of the header chain after which its headers are forgotten and downloaded again: the
  /// peer that has sent them may not have the blocks, or one of them has only the hash of the right header.
  static constexpr pappus::io::duration patience = std::chrono::seconds{60};

  /// `tell` is called once for each arrival. The node may be constructed later. All arguments must outlive this object.
  follower(pappus::node& node, memory_chain& chain, std::function<void(const record&)> tell)
      : node_(node), chain_(chain), tell_(std::move(tell)) {}
  follower(const follower&) = delete;
  follower& operator=(const follower&) = delete;

  /// Sets the functions of `host` for what peers announce and, if it `follows`, for what the node requests.
  void receive_for(pappus::integration::adapter& host, bool follows);

  /// Forgets headers whose blocks no peer sends, until the node stops.
  [[nodiscard]] pappus::task<void> run(pappus::io::runtime& on);

  /// Advertises the chain's tip, unless the operator has set one, and what can be served. The first call begins to
  /// synchronize the chain.
  void show();
  /// Sets the advertised tip for good.
  void set_tip(pappus::peer::chain_tip said);

  [[nodiscard]] std::uint64_t relayed() const noexcept { return relayed_; }

private:
  template <class Add>
  auto change(Add add);
  [[nodiscard]] pappus::peer::chain_tip tip_of(const pappus::wire::header* last) const;

  pappus::node& node_;
  memory_chain& chain_;
  std::function<void(const record&)> tell_;
  std::uint64_t relayed_ = 0;
  bool tip_is_given_ = false;
};

}  // namespace mini_node
