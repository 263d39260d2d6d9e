// How many connections a node keeps, and of which kind.
#pragma once

#include <cstddef>

#include <pappus/peer/limits.hpp>

namespace pappus::peer {

struct connection_limits {
  std::size_t inbound = limits::inbound;
  /// Let in above that for a while, so that somebody new to the network can ask a full node for addresses; none if
  /// there is no inbound slot at all.
  std::size_t listener_buffer = limits::guests;
  /// What discovery fills; peers that the host names itself take slots, too, but are never too many.
  std::size_t outbound = limits::outbound;
  /// From one IP address.
  std::size_t inbound_per_address = limits::inbound_per_address;
  /// To one netgroup (a /16), if the network is on the Internet.
  std::size_t outbound_per_netgroup = limits::outbound_per_netgroup;
  /// Inbound connections whose handshake is under way.
  std::size_t handshakes = limits::pending_handshakes;

  [[nodiscard]] std::size_t inbound_with_buffer() const noexcept {
    return inbound == 0 ? 0 : inbound + listener_buffer;
  }
  /// How many connections there may be.
  [[nodiscard]] std::size_t total() const noexcept { return outbound + inbound_with_buffer() + handshakes; }

  friend bool operator==(const connection_limits&, const connection_limits&) noexcept = default;
};

/// As many of them as there are descriptors for, of which `limits::other_descriptors` are not for connections. Where
/// there are not enough, a quarter is for outbound peers and a quarter of the rest for handshakes, if so many are
/// wanted.
[[nodiscard]] connection_limits within_descriptors(connection_limits wanted, std::size_t descriptors) noexcept;

}  // namespace pappus::peer
