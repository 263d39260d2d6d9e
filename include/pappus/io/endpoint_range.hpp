// Many endpoints at once: those whose addresses begin alike (a CIDR block, RFC 4632), at one port or at any.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <pappus/io/endpoint.hpp>

namespace pappus::io {

/// A value. Ranges are ordered by their first address, so that those inside another stand together behind its own.
struct endpoint_range {
  ipv4_address network;
  std::uint8_t prefix_length = 32;    // that all addresses have in common, from the left
  std::optional<std::uint16_t> port;  // if absent, all of them

  constexpr endpoint_range() noexcept = default;
  /// The block of that many bits that `inside` is in.
  constexpr explicit endpoint_range(ipv4_address inside, std::uint8_t length = 32,
                                    std::optional<std::uint16_t> at = std::nullopt) noexcept
      : network{inside.value & mask(length)}, prefix_length(length), port(at) {}
  /// One endpoint. Port 0 is that of a peer that cannot be dialled, and no other port is in the range.
  constexpr endpoint_range(endpoint where) noexcept : network(where.address), port(where.port) {}

  /// Reads `A.B.C.D[/BITS][:PORT]`, the port not 0; nothing if `text` is anything else.
  [[nodiscard]] static std::optional<endpoint_range> parse(std::string_view text) noexcept;

  [[nodiscard]] constexpr ipv4_address last() const noexcept { return {network.value | ~mask(prefix_length)}; }

  /// Whether the address is in the block, whatever the port.
  [[nodiscard]] constexpr bool contains(ipv4_address address) const noexcept {
    return (address.value & mask(prefix_length)) == network.value;
  }
  [[nodiscard]] constexpr bool contains(endpoint where) const noexcept {
    return contains(where.address) && (!port || *port == where.port);
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

/// As `parse` reads it, with what is not the default: "10.0.0.0/8", "1.2.3.4:3414", "1.2.3.4".
[[nodiscard]] std::string to_string(const endpoint_range& range);

}  // namespace pappus::io
