// The NAT Port Mapping Protocol (RFC 6886), the predecessor of PCP: requests and responses as bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include <pappus/ip_address.hpp>
#include <pappus/portmap/error.hpp>
#include <pappus/portmap/transport_protocol.hpp>

namespace pappus::portmap::nat_pmp {

/// A request to make, renew or delete a mapping.
struct map_request {
  transport_protocol protocol{};              // of the port
  std::uint16_t internal_port = 0;            // of this host
  std::uint16_t suggested_external_port = 0;  // 0 leaves the choice to the gateway
  std::uint32_t lifetime = 0;                 // seconds; 0 deletes the mapping
};

/// A response to that. If `result` is not 0 the gateway has done nothing, and the members below `epoch` are 0.
struct map_response {
  std::uint16_t result = 0;         // as sent; see `error_of`
  std::uint32_t epoch = 0;          // seconds since the gateway has lost its mappings
  std::uint16_t internal_port = 0;  // of this host
  std::uint16_t external_port = 0;  // at the gateway's external address
  std::uint32_t lifetime = 0;       // of the mapping, seconds
};

/// The response to a request for the external address. If `result` is not 0, `address` is unspecified.
struct address_response {
  std::uint16_t result = 0;  // as sent; see `error_of`
  std::uint32_t epoch = 0;   // seconds since the gateway has lost its mappings
  ip_address address;        // of the gateway, on the other side; of IPv4
};

/// Bytes of a request for the external address.
[[nodiscard]] std::array<std::byte, 2> encode_address_request() noexcept;
/// Bytes of a request for a mapping.
[[nodiscard]] std::array<std::byte, 12> encode(const map_request& request) noexcept;

/// Reads a response to a request for the external address; nullopt if `packet` is none. O(1).
[[nodiscard]] std::optional<address_response> decode_address_response(std::span<const std::byte> packet) noexcept;
/// Reads a response to a request for a mapping of this protocol; nullopt if `packet` is none. O(1).
[[nodiscard]] std::optional<map_response> decode_map_response(std::span<const std::byte> packet,
                                                              transport_protocol protocol) noexcept;

/// The error that a result other than 0 stands for.
[[nodiscard]] mapping_errc error_of(std::uint16_t result) noexcept;

}  // namespace pappus::portmap::nat_pmp
