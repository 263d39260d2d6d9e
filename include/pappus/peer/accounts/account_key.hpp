// Key of the account that is responsible for a peer, beyond its session.
#pragma once

#include <pappus/io/endpoint.hpp>
#include <pappus/peer/peer_info.hpp>

namespace pappus::peer {

/// The endpoint of an outbound peer; the subnet of an inbound one (`ip_address::subnet`) with port 0, whatever port it
/// claims; the claimed endpoint of an exempt peer.
[[nodiscard]] constexpr io::endpoint account_key(const peer_info& peer) noexcept {
  const bool by_endpoint = peer.direction == direction::outbound || peer.exempt;
  return by_endpoint ? peer.endpoint : io::endpoint{peer.endpoint.address.subnet(), 0};
}

}  // namespace pappus::peer
