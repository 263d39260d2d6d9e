// Who answers for what a peer does: what is counted by account outlasts its session.
#pragma once

#include <pappus/io/endpoint.hpp>
#include <pappus/peer/info.hpp>

namespace pappus::peer {

/// A peer that we dialled answers for its endpoint, an inbound one for its address alone, with port 0, whatever port it
/// says. On the loopback, where a machine's processes share one address, the endpoint counts in both cases.
[[nodiscard]] constexpr io::endpoint account_of(const peer_info& peer) noexcept {
  const bool by_endpoint = peer.way == direction::outbound || peer.endpoint.address.loopback();
  return by_endpoint ? peer.endpoint : io::endpoint{peer.endpoint.address, 0};
}

}  // namespace pappus::peer
