// A range of endpoints: a CIDR block (RFC 4632), with one port or all ports.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <pappus/io/endpoint.hpp>

namespace pappus::io {

/// A value type. Ranges are ordered by their first address, so that ranges inside another one directly follow it.
struct endpoint_range {
  ipv4_address network;               // the first address
  std::uint8_t prefix_length = 32;    // leading bits that all addresses share
  std::optional<std::uint16_t> port;  // nullopt: all ports

  constexpr endpoint_range() noexcept = default;
  /// The block of `length` leading bits that contains `inside`.
  constexpr explicit endpoint_range(ipv4_address inside, std::uint8_t length = 32,
                                    std::optional<std::uint16_t> at = std::nullopt) noexcept
      : network{inside.value & mask(length)}, prefix_length(length), port(at) {}
  /// One endpoint. Port 0 belongs to a peer that cannot be dialed; the range then contains no other port.
  constexpr endpoint_range(endpoint endpoint) noexcept : network(endpoint.address), port(endpoint.port) {}

  /// Parses `A.B.C.D[/BITS][:PORT]`, the port not 0; nullopt otherwise.
  [[nodiscard]] static std::optional<endpoint_range> parse(std::string_view text) noexcept;

  /// The last address of the block.
  [[nodiscard]] constexpr ipv4_address last_address() const noexcept { return {network.value | ~mask(prefix_length)}; }

  /// Whether the address is in the block, regardless of the port.
  [[nodiscard]] constexpr bool contains(ipv4_address address) const noexcept {
    return (address.value & mask(prefix_length)) == network.value;
  }
  [[nodiscard]] constexpr bool contains(endpoint endpoint) const noexcept {
    return contains(endpoint.address) && (!port || *port == endpoint.port);
  }
  [[nodiscard]] constexpr bool contains(const endpoint_range& other) const noexcept {
    return prefix_length <= other.prefix_length && contains(other.network) && (!port || port == other.port);
  }

  friend constexpr auto operator<=>(const endpoint_range&, const endpoint_range&) noexcept = default;

private:
  [[nodiscard]] static constexpr std::uint32_t mask(std::uint8_t bits) noexcept {
    return bits == 0 ? 0 : ~std::uint32_t{0} << (32U - bits);
  }
};

/// The format that `parse` reads, without default parts: "10.0.0.0/8", "1.2.3.4:3414", "1.2.3.4".
[[nodiscard]] std::string to_string(const endpoint_range& range);

}  // namespace pappus::io
