// Conversions between endpoints of the io level and addresses on the wire.
#pragma once

#include <pappus/io/endpoint.hpp>
#include <pappus/wire/peer_address.hpp>

namespace pappus::peer {

/// The address of an endpoint as messages carry it.
[[nodiscard]] constexpr wire::peer_address to_wire(const io::endpoint& endpoint) noexcept {
  return {endpoint.address, endpoint.port};
}

/// The endpoint of an address in a message. IPv4-mapped addresses are IPv4.
[[nodiscard]] constexpr io::endpoint to_endpoint(const wire::peer_address& address) noexcept {
  return {address.ip, address.port};
}

}  // namespace pappus::peer
