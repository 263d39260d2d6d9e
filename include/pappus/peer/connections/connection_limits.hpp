// Numbers of connections that a node keeps, by kind.
#pragma once

#include <cstddef>
#include <string>

#include <pappus/peer/connections/limits.hpp>

namespace pappus::peer {

/// Numbers of connections, each at most `limits::max_connections`.
struct connection_limits {
  /// Inbound peers.
  std::size_t inbound = limits::max_inbound;
  /// Accepted above that for a while, so that a peer new to the network can request addresses from a full node; none if
  /// there is no inbound slot at all.
  std::size_t listener_buffer = limits::max_listener_buffer;
  /// Outbound peers that discovery connects; peers that the application names itself take slots, too, but are never too
  /// many.
  std::size_t outbound = limits::max_outbound;
  /// Inbound peers from one IP address; at least 1.
  std::size_t inbound_per_address = limits::max_inbound_per_address;
  /// Inbound peers at `node_config::onion_listen`, which take slots of `inbound`; at least 1. Of as many, one is
  /// evicted for another, by the same criteria.
  std::size_t inbound_onion = limits::max_inbound_onion;
  /// Outbound peers in one netgroup, if the network is on the Internet; at least 1.
  std::size_t outbound_per_netgroup = limits::max_outbound_per_netgroup;
  /// Inbound connections whose handshake is under way; at least 1.
  std::size_t handshakes = limits::max_pending_handshakes;

  /// Throws `std::invalid_argument` if a member is out of its range; `name` is the setting's, for its text.
  void check(const std::string& name = "connection_limits") const;

  [[nodiscard]] std::size_t inbound_with_buffer() const noexcept {
    return inbound == 0 ? 0 : inbound + listener_buffer;
  }
  /// Maximum number of connections.
  [[nodiscard]] std::size_t total() const noexcept { return outbound + inbound_with_buffer() + handshakes; }

  friend bool operator==(const connection_limits&, const connection_limits&) noexcept = default;
};

/// Reduces `wanted` to what there are descriptors for, of which `limits::reserved_descriptors` are not for connections.
/// If there are not enough, up to a quarter is for outbound peers and up to a quarter of the rest for handshakes.
[[nodiscard]] connection_limits within_descriptors(connection_limits wanted, std::size_t descriptors) noexcept;

}  // namespace pappus::peer
