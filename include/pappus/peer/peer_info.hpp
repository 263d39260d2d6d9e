// Information about a connected peer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <pappus/io/endpoint.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/chain_tip.hpp>
#include <pappus/tls/key_hash.hpp>
#include <pappus/wire/capabilities.hpp>
#include <pappus/wire/protocol_version.hpp>

namespace pappus::peer {

/// Which side has made a connection: the peer (inbound) or this node.
enum class direction : std::uint8_t { inbound, outbound };

/// Name for logs and metrics.
[[nodiscard]] constexpr const char* to_string(direction direction) noexcept {
  return direction == direction::inbound ? "inbound" : "outbound";
}

/// Which way a connection goes.
enum class transport_type : std::uint8_t {
  direct,
  proxy,  // by SOCKS5
  onion,  // by SOCKS5 to an onion service, or by an onion service of the node
};

/// Name for logs and metrics.
[[nodiscard]] constexpr const char* to_string(transport_type transport) noexcept {
  switch (transport) {
    case transport_type::direct: return "direct";
    case transport_type::proxy: return "proxy";
    case transport_type::onion: return "onion";
  }
  return "unknown";
}

/// Copy of what is known of a peer when it is called for.
struct peer_info {
  std::uint64_t id = 0;  // of the connection; unique in a node's life
  /// Where it can be dialed: for an inbound peer its IP with the port that it claims. Of a host that a proxy has looked
  /// up, or at the other end of a private link, the address stands for the name, see `ip_address::is_named`.
  io::endpoint endpoint;
  /// Which side has made the connection.
  peer::direction direction = peer::direction::inbound;
  transport_type transport = transport_type::direct;  // the way that its connection goes
  std::optional<tls::key_hash> tls_key;               // of a private link: by which the peer has proved who it is
  bool exempt = false;              // from limits by address, which do not apply to the loopback of a testing network
  wire::protocol_version version;   // negotiated
  wire::capabilities capabilities;  // that the peer has announced
  std::string user_agent;           // as reported by the peer, made `printable`
  chain_tip tip;                    // as last reported by the peer
};

/// The same with statistics of its session. A copy, too.
struct peer_stats : peer_info {
  io::duration connected{};               // how long the session has lasted
  io::duration idle{};                    // since the last byte was received
  std::optional<io::duration> ping;       // shortest so far; none before the first pong
  std::uint64_t messages_received = 0;    // in this session
  std::uint64_t bytes_received = 0;       // in this session
  std::uint64_t bytes_sent = 0;           // in this session
  std::uint64_t receives_per_second = 0;  // bytes, over the last `limits::ping_interval`
  std::uint64_t sends_per_second = 0;     // the same of bytes sent
};

}  // namespace pappus::peer
