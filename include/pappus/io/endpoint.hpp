// Endpoints of TCP connections.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <pappus/ip_address.hpp>
#include <pappus/mix64.hpp>

namespace pappus::io {

/// One end of a TCP connection. Port 0 means "any" when listening; a peer's address never has port 0.
struct endpoint {
  ip_address address;      // of the machine
  std::uint16_t port = 0;  // in host byte order

  /// Parses `A.B.C.D:PORT` or `[IPV6]:PORT`; nullopt otherwise.
  [[nodiscard]] static std::optional<endpoint> parse(std::string_view text) noexcept;

  friend constexpr auto operator<=>(const endpoint&, const endpoint&) noexcept = default;
};

/// `A.B.C.D:PORT` or `[IPV6]:PORT`.
[[nodiscard]] std::string to_string(const endpoint& endpoint);

}  // namespace pappus::io

template <>
struct std::hash<pappus::io::endpoint> {
  std::size_t operator()(const pappus::io::endpoint& endpoint) const noexcept {
    return static_cast<std::size_t>(pappus::mix64(std::hash<pappus::ip_address>{}(endpoint.address) + endpoint.port));
  }
};
