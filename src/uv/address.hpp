// Conversions between endpoints and socket addresses.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include <uv.h>

#include <pappus/io/endpoint.hpp>

namespace pappus::uv {

[[nodiscard]] inline sockaddr_storage to_sockaddr(const io::endpoint& endpoint) noexcept {
  sockaddr_storage address{};
  if (endpoint.address.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(endpoint.port);
    v4.sin_addr.s_addr = htonl(endpoint.address.v4_value());
    std::memcpy(&address, &v4, sizeof v4);
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(endpoint.port);
    const auto bytes = endpoint.address.bytes();
    std::memcpy(&v6.sin6_addr, bytes.data(), bytes.size());
    std::memcpy(&address, &v6, sizeof v6);
  }
  return address;
}

/// Without the zone of an IPv6 address. Returns the empty endpoint for other families.
[[nodiscard]] inline io::endpoint from_sockaddr(const sockaddr_storage& address) noexcept {
  if (address.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    return {ip_address::v4(ntohl(v4.sin_addr.s_addr)), ntohs(v4.sin_port)};
  }
  if (address.ss_family != AF_INET6) return {};
  sockaddr_in6 v6{};
  std::memcpy(&v6, &address, sizeof v6);
  std::array<std::uint8_t, 16> bytes{};
  std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
  return {ip_address::v6(bytes), ntohs(v6.sin6_port)};
}

}  // namespace pappus::uv
