// Conversions between endpoints of the io level and addresses on the wire.
#pragma once

#include <cstdint>
#include <optional>

#include <pappus/io/endpoint.hpp>
#include <pappus/wire/peer_address.hpp>

namespace pappus::peer {

/// The address of an endpoint as messages carry it.
[[nodiscard]] constexpr wire::peer_address to_wire(io::endpoint endpoint) noexcept {
  const std::uint32_t ip = endpoint.address.value;
  return wire::peer_address::v4({static_cast<std::uint8_t>(ip >> 24), static_cast<std::uint8_t>(ip >> 16),
                                 static_cast<std::uint8_t>(ip >> 8), static_cast<std::uint8_t>(ip)},
                                endpoint.port);
}

/// Nothing for an IPv6 address, which the node cannot dial.
[[nodiscard]] constexpr std::optional<io::endpoint> to_endpoint(const wire::peer_address& address) noexcept {
  if (!address.is_v4()) return std::nullopt;
  const auto ip = address.v4();
  return io::endpoint{{std::uint32_t{ip[0]} << 24 | std::uint32_t{ip[1]} << 16 | std::uint32_t{ip[2]} << 8 | ip[3]},
                      address.port()};
}

}  // namespace pappus::peer
