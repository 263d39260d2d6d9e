// An IPv4 address and port, and what can be said about one without asking anybody.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace pappus::io {

/// An IPv4 address, in host byte order: 127.0.0.1 is 0x7f000001.
struct ipv4_address {
  std::uint32_t value = 0;

  /// Reads dotted decimal, four parts without leading zeros; nothing if `text` is anything else.
  [[nodiscard]] static std::optional<ipv4_address> parse(std::string_view text) noexcept;

  /// 127.0.0.0/8.
  [[nodiscard]] constexpr bool is_loopback() const noexcept { return value >> 24 == 127; }

  /// 10/8, 172.16/12, 192.168/16, and the carriers' 100.64/10 (RFC 1918, RFC 6598).
  [[nodiscard]] bool is_private() const noexcept;

  /// Whether a node on the public Internet can be there: none of the special ranges of RFC 6890.
  [[nodiscard]] bool is_routable() const noexcept;

  /// The /16 it is in, as a number: who owns one address of it likely owns others.
  [[nodiscard]] constexpr std::uint16_t netgroup() const noexcept { return static_cast<std::uint16_t>(value >> 16); }

  friend constexpr auto operator<=>(ipv4_address, ipv4_address) noexcept = default;
};

[[nodiscard]] std::string to_string(ipv4_address address);

/// Where a TCP connection goes to or comes from. Port 0 means "any" when listening and is no address of a peer.
struct endpoint {
  ipv4_address address;
  std::uint16_t port = 0;

  /// Reads `A.B.C.D:PORT`; nothing if `text` is anything else.
  [[nodiscard]] static std::optional<endpoint> parse(std::string_view text) noexcept;

  friend constexpr auto operator<=>(endpoint, endpoint) noexcept = default;
};

/// `A.B.C.D:PORT`.
[[nodiscard]] std::string to_string(endpoint where);

}  // namespace pappus::io

template <>
struct std::hash<pappus::io::ipv4_address> {
  std::size_t operator()(pappus::io::ipv4_address address) const noexcept {
    return std::hash<std::uint32_t>{}(address.value);
  }
};

template <>
struct std::hash<pappus::io::endpoint> {
  std::size_t operator()(pappus::io::endpoint where) const noexcept {
    return std::hash<std::uint64_t>{}(std::uint64_t{where.address.value} << 16 | where.port);
  }
};
