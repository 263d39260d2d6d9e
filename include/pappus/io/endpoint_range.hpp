// A range of endpoints: a CIDR block (RFC 4632, RFC 4291), with one port or all ports.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <pappus/io/endpoint.hpp>
#include <pappus/ip_address.hpp>

namespace pappus::io {

/// A value type, of one family: `::/0` contains no IPv4 address. Ranges are ordered by their first address, so that
/// ranges inside another one directly follow it.
struct endpoint_range {
  ip_address network;                 // the first address
  std::uint8_t prefix_length = 32;    // leading bits that all addresses share
  std::optional<std::uint16_t> port;  // nullopt: all ports

  constexpr endpoint_range() noexcept = default;
  /// The block of `length` leading bits that contains `inside`. Requires `length <= inside.size()`.
  constexpr endpoint_range(const ip_address& inside, std::uint8_t length,
                           std::optional<std::uint16_t> at = std::nullopt) noexcept
      : network(inside.first_of_block(length)), prefix_length(length), port(at) {}
  /// One address.
  constexpr explicit endpoint_range(const ip_address& address) noexcept
      : network(address), prefix_length(address.size()) {}
  /// One endpoint. Port 0 belongs to a peer that cannot be dialed; the range then contains no other port.
  constexpr endpoint_range(const endpoint& endpoint) noexcept
      : network(endpoint.address), prefix_length(endpoint.address.size()), port(endpoint.port) {}

  /// Parses `A.B.C.D[/BITS][:PORT]`, `[IPV6][/BITS][:PORT]` or `IPV6[/BITS]`, the port not 0; nullopt otherwise.
  [[nodiscard]] static std::optional<endpoint_range> parse(std::string_view text) noexcept;

  /// Whether the address is in the block, regardless of the port.
  [[nodiscard]] constexpr bool contains(const ip_address& address) const noexcept {
    return address.is_v4() == network.is_v4() && address.first_of_block(prefix_length) == network;
  }
  [[nodiscard]] constexpr bool contains(const endpoint& endpoint) const noexcept {
    return contains(endpoint.address) && (!port || *port == endpoint.port);
  }
  [[nodiscard]] constexpr bool contains(const endpoint_range& other) const noexcept {
    return prefix_length <= other.prefix_length && contains(other.network) && (!port || port == other.port);
  }

  friend constexpr auto operator<=>(const endpoint_range&, const endpoint_range&) noexcept = default;
};

/// The format that `parse` reads, without default parts: "10.0.0.0/8", "1.2.3.4:3414", "2001:db8::/32",
/// "[2001:db8::1]:3414".
[[nodiscard]] std::string to_string(const endpoint_range& range);

}  // namespace pappus::io
