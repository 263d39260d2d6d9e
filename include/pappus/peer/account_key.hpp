// By what is counted who has done something, where that outlasts its session.
#pragma once

#include <pappus/io/endpoint.hpp>
#include <pappus/peer/info.hpp>

namespace pappus::peer {

/// A peer that we dialled answers for its endpoint, an inbound one for its address alone, with port 0, whatever port it
/// says; one that is exempt for the endpoint that it says.
[[nodiscard]] constexpr io::endpoint account_key(const peer_info& peer) noexcept {
  const bool by_endpoint = peer.direction == direction::outbound || peer.exempt;
  return by_endpoint ? peer.endpoint : io::endpoint{peer.endpoint.address, 0};
}

}  // namespace pappus::peer
