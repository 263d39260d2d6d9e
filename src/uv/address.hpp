// Conversions between endpoints and socket addresses.
#pragma once

#include <cstring>

#include <uv.h>

#include <pappus/io/endpoint.hpp>

namespace pappus::uv {

[[nodiscard]] inline sockaddr_in to_sockaddr(io::endpoint endpoint) noexcept {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(endpoint.port);
  address.sin_addr.s_addr = htonl(endpoint.address.value);
  return address;
}

/// Returns the empty endpoint for any family except AF_INET.
[[nodiscard]] inline io::endpoint from_sockaddr(const sockaddr_storage& address) noexcept {
  if (address.ss_family != AF_INET) return {};
  sockaddr_in v4{};
  std::memcpy(&v4, &address, sizeof v4);
  return {io::ipv4_address{ntohl(v4.sin_addr.s_addr)}, ntohs(v4.sin_port)};
}

}  // namespace pappus::uv
