// Between the endpoints of the io level and the addresses on the wire.
#pragma once

#include <cstdint>

#include <pappus/io/endpoint.hpp>
#include <pappus/wire/peer_address.hpp>

namespace pappus::peer {

[[nodiscard]] constexpr wire::peer_address to_wire(io::endpoint where) noexcept {
  const std::uint32_t ip = where.address.value;
  return wire::peer_address::v4({static_cast<std::uint8_t>(ip >> 24), static_cast<std::uint8_t>(ip >> 16),
                                 static_cast<std::uint8_t>(ip >> 8), static_cast<std::uint8_t>(ip)},
                                where.port);
}

}  // namespace pappus::peer
