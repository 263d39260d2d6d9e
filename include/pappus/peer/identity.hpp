// Who we are to our peers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <pappus/io/endpoint.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/chain_tip.hpp>
#include <pappus/peer/keyed_hash.hpp>
#include <pappus/peer/limits.hpp>
#include <pappus/peer/messages.hpp>
#include <pappus/peer/pacing.hpp>
#include <pappus/peer/seen/filter_plan.hpp>
#include <pappus/wire/capabilities.hpp>
#include <pappus/wire/network.hpp>
#include <pappus/wire/protocol_version.hpp>

namespace pappus::peer {

/// The nonces of our latest Hands. One that comes in was sent by ourselves.
class own_nonces {
public:
  void add(std::uint64_t nonce) {
    if (ring_.size() < limits::own_nonces) ring_.push_back({nonce, false});
    else ring_[next_] = {nonce, false};
    next_ = (next_ + 1) % limits::own_nonces;
  }

  /// Whether this is one of ours; remembers that it came back.
  [[nodiscard]] bool recognize(std::uint64_t nonce) noexcept {
    const auto found = find(nonce);
    if (found == ring_.end()) return false;
    found->came_back = true;
    return true;
  }

  /// Whether it has come back: then the peer we sent it to is ourselves.
  [[nodiscard]] bool came_back(std::uint64_t nonce) noexcept {
    const auto found = find(nonce);
    return found != ring_.end() && found->came_back;
  }

private:
  struct sent {
    std::uint64_t nonce;
    bool came_back;
  };

  std::vector<sent>::iterator find(std::uint64_t nonce) noexcept {
    return std::find_if(ring_.begin(), ring_.end(), [nonce](const sent& each) { return each.nonce == nonce; });
  }

  std::vector<sent> ring_;
  std::size_t next_ = 0;
};

/// Shared by all sessions of a node, which owns it.
struct identity {
  explicit identity(const wire::chain_parameters& on)
      : network(on), rules(session_messages::rules(on)), advertised{{}, on.default_port} {}

  [[nodiscard]] chain_tip tip() const noexcept { return tips ? tips->latest() : chain_tip{}; }

  wire::chain_parameters network;
  wire::frame_rules rules;
  wire::protocol_version version = wire::latest_version;
  wire::capabilities capabilities;
  std::string user_agent;
  io::endpoint advertised;                                                 // where we say we can be dialled
  std::shared_ptr<tip_source> tips;                                        // if absent, our chain is empty
  pacing accepted{limits::messages_per_second, limits::messages_at_once};  // at most, of messages from each peer
  pacing pace;                               // at which each peer is sent messages, from the next connection on
  io::duration farewell = limits::farewell;  // for the last words of a session that we end
  own_nonces nonces;
  keyed_hash::key secret{};             // of the filters; each node has its own
  filter_plan seen{filter_size{}, {}};  // of what peers have
};

}  // namespace pappus::peer
