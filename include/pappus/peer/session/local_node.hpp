// State of the local node that all its sessions share.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <pappus/io/endpoint.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/accounts/limits.hpp>
#include <pappus/peer/accounts/upload_quota.hpp>
#include <pappus/peer/chain_tip.hpp>
#include <pappus/peer/keyed_hash.hpp>
#include <pappus/peer/memory_budget.hpp>
#include <pappus/peer/messages.hpp>
#include <pappus/peer/rate_limit.hpp>
#include <pappus/peer/session/custom_messages.hpp>
#include <pappus/peer/session/limits.hpp>
#include <pappus/wire/capabilities.hpp>
#include <pappus/wire/chain_parameters.hpp>
#include <pappus/wire/protocol_version.hpp>

namespace pappus::peer {

/// Nonces of the node's own Hands whose handshakes are under way. A Hand with one of them was sent by this node itself.
/// A nonce is not recognized after its handshake, or any peer that the node has dialed could find out the node's other
/// addresses.
class own_nonces {
public:
  /// Registers one nonce while it lives.
  class handshake {
  public:
    handshake(own_nonces& owner, std::uint64_t nonce) : owner_(owner), nonce_(nonce) {
      owner_.handshakes_.push_back(this);
    }
    handshake(const handshake&) = delete;
    handshake& operator=(const handshake&) = delete;
    ~handshake() { std::erase(owner_.handshakes_, this); }

    /// Whether the nonce has been received: then the peer that it was sent to is this node itself.
    [[nodiscard]] bool was_received() const noexcept { return received_; }

  private:
    friend own_nonces;

    own_nonces& owner_;
    std::uint64_t nonce_;
    bool received_ = false;
  };

  /// Whether this is one of the node's own nonces; records that it was received. O(handshakes).
  [[nodiscard]] bool recognize(std::uint64_t nonce) noexcept {
    const auto found = std::ranges::find(handshakes_, nonce, &handshake::nonce_);
    if (found == handshakes_.end()) return false;
    (*found)->received_ = true;
    return true;
  }

private:
  std::vector<handshake*> handshakes_;
};

/// An endpoint of this node for each family of its peers' addresses; its own address may be of the other family, or
/// unspecified.
struct family_endpoints {
  io::endpoint v4;
  io::endpoint v6;

  /// That for a peer with this address.
  [[nodiscard]] const io::endpoint& of(const ip_address& peer) const noexcept { return peer.is_v4() ? v4 : v6; }
  /// Whether this is one of them.
  [[nodiscard]] bool contains(const io::endpoint& endpoint) const noexcept { return endpoint == v4 || endpoint == v6; }
};

/// Shared by all sessions of a node; the node owns it.
struct local_node {
  explicit local_node(const wire::chain_parameters& parameters)
      : chain(parameters), rules(session_messages::rules(parameters)) {
    advertised.v4.port = advertised.v6.port = parameters.default_port;
  }

  /// Adds a custom message to the protocol, before there are connections; or replaces the one with its code, at any
  /// time.
  void set_message(custom_message type) {
    rules.known[type.code] = true;
    rules.max_length[type.code] = static_cast<std::uint32_t>(type.max_size);
    custom.set(std::move(type));
  }

  [[nodiscard]] chain_tip tip() const noexcept { return tips ? tips->latest() : chain_tip{}; }

  wire::chain_parameters chain;
  wire::frame_rules rules;
  custom_messages custom;
  wire::protocol_version version = wire::latest_version;
  wire::capabilities capabilities;
  std::string user_agent;
  family_endpoints advertised;                                            // what peers that it dials are told
  family_endpoints own;                                                   // where it is: not dialed, kept or sent
  std::shared_ptr<tip_source> tips;                                       // if absent, the node's chain is empty
  rate_limit receive_limit{limits::receive_rate, limits::receive_burst};  // messages from each peer
  upload_limits upload;                                                   // responses to each peer
  rate_limit send_limit;  // of messages to each peer, from the next connection on
  io::duration disconnect_timeout =
      limits::disconnect_timeout;  // for writing the rest of the send queue when the node disconnects
  own_nonces nonces;
  std::shared_ptr<memory_budget> memory = std::make_shared<memory_budget>();  // of all sessions
  keyed_hash::key secret{};                                                   // of keyed hashes; each node has its own
};

}  // namespace pappus::peer
