// IPv4 addresses and endpoints, and their classification without lookups.
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
  std::uint32_t value = 0;  // all four parts, the first highest

  /// Parses dotted decimal, four parts without leading zeros; nullopt otherwise.
  [[nodiscard]] static std::optional<ipv4_address> parse(std::string_view text) noexcept;

  /// 127.0.0.0/8.
  [[nodiscard]] constexpr bool is_loopback() const noexcept { return value >> 24 == 127; }

  /// 10/8, 172.16/12, 192.168/16, and the carrier-grade NAT block 100.64/10 (RFC 1918, RFC 6598).
  [[nodiscard]] bool is_private() const noexcept;

  /// Whether the address can belong to a node on the public Internet: in none of the special ranges of RFC 6890.
  [[nodiscard]] bool is_routable() const noexcept;

  /// The address's netgroup, a /16, as a number: the owner of one address in it likely owns others.
  [[nodiscard]] constexpr std::uint16_t netgroup() const noexcept {
    return static_cast<std::uint16_t>(value >> (32 - netgroup_prefix));
  }
  static constexpr std::uint8_t netgroup_prefix = 16;  // bits

  friend constexpr auto operator<=>(ipv4_address, ipv4_address) noexcept = default;
};

/// `A.B.C.D`.
[[nodiscard]] std::string to_string(ipv4_address address);

/// One end of a TCP connection. Port 0 means "any" when listening; a peer's address never has port 0.
struct endpoint {
  ipv4_address address;    // of the machine
  std::uint16_t port = 0;  // in host byte order

  /// Parses `A.B.C.D:PORT`; nullopt otherwise.
  [[nodiscard]] static std::optional<endpoint> parse(std::string_view text) noexcept;

  friend constexpr auto operator<=>(endpoint, endpoint) noexcept = default;
};

/// `A.B.C.D:PORT`.
[[nodiscard]] std::string to_string(endpoint endpoint);

}  // namespace pappus::io

template <>
struct std::hash<pappus::io::ipv4_address> {
  std::size_t operator()(pappus::io::ipv4_address address) const noexcept {
    return std::hash<std::uint32_t>{}(address.value);
  }
};

template <>
struct std::hash<pappus::io::endpoint> {
  std::size_t operator()(pappus::io::endpoint endpoint) const noexcept {
    return std::hash<std::uint64_t>{}(std::uint64_t{endpoint.address.value} << 16 | endpoint.port);
  }
};
