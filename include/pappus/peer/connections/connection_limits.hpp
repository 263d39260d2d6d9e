// Numbers of connections that a node keeps, by kind.
#pragma once

#include <cstddef>

#include <pappus/peer/connections/limits.hpp>

namespace pappus::peer {

struct connection_limits {
  std::size_t inbound = limits::max_inbound;
  /// Accepted above that for a while, so that a peer new to the network can request addresses from a full node; none if
  /// there is no inbound slot at all.
  std::size_t listener_buffer = limits::max_listener_buffer;
  /// Outbound peers that discovery connects; peers that the application names itself take slots, too, but are never too
  /// many.
  std::size_t outbound = limits::max_outbound;
  /// From one IP address.
  std::size_t inbound_per_address = limits::max_inbound_per_address;
  /// To one netgroup (a /16), if the network is on the Internet.
  std::size_t outbound_per_netgroup = limits::max_outbound_per_netgroup;
  /// Inbound connections whose handshake is under way.
  std::size_t handshakes = limits::max_pending_handshakes;

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
