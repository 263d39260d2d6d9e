// The Port Control Protocol (RFC 6887): requests to map a port, and their responses, as bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include <pappus/io/endpoint.hpp>
#include <pappus/ip_address.hpp>
#include <pappus/portmap/error.hpp>
#include <pappus/portmap/transport_protocol.hpp>

namespace pappus::portmap::pcp {

/// UDP port at which a gateway receives requests, of PCP and of NAT-PMP. RFC 6887, section 19.1.
inline constexpr std::uint16_t server_port = 5351;
/// Largest packet, bytes; a longer one is invalid. RFC 6887, section 7.
inline constexpr std::size_t max_packet_size = 1100;
/// The version of the protocol. RFC 6887, section 7.1.
inline constexpr std::uint8_t version = 2;

/// Chosen at random for each mapping; a response, a renewal and a deletion have that of the first request.
using mapping_nonce = std::array<std::byte, 12>;

/// A request to make, renew or delete a mapping (opcode MAP).
struct map_request {
  ip_address client;                // from which the request is sent
  mapping_nonce nonce{};            // of the mapping
  transport_protocol protocol{};    // of the port
  std::uint16_t internal_port = 0;  // of this host
  io::endpoint suggested_external;  // a port and an address of 0 leave the choice to the gateway
  std::uint32_t lifetime = 0;       // seconds; 0 deletes the mapping
};

/// A response to that. If `result` is not 0 the gateway has done nothing, and `external` is what was suggested.
struct map_response {
  std::uint8_t result = 0;          // as sent; see `error_of`
  std::uint32_t lifetime = 0;       // of the mapping, or of the error: seconds
  std::uint32_t epoch = 0;          // seconds since the gateway has lost its mappings
  mapping_nonce nonce{};            // of the mapping
  std::uint8_t protocol = 0;        // as sent
  std::uint16_t internal_port = 0;  // of this host
  io::endpoint external;            // at which the port is reached from outside
};

/// A response to a request that asks for nothing but the epoch (opcode ANNOUNCE).
struct announce_response {
  std::uint8_t result = 0;  // as sent; see `error_of`
  std::uint32_t epoch = 0;  // seconds since the gateway has lost its mappings
};

/// Bytes of a request.
[[nodiscard]] std::array<std::byte, 60> encode(const map_request& request) noexcept;
/// Bytes of a request with the opcode ANNOUNCE; `client` is the address from which it is sent.
[[nodiscard]] std::array<std::byte, 24> encode_announce(const ip_address& client) noexcept;

/// Reads a response to MAP; nullopt if `packet` is none, with any options of the right form, which are skipped. O(n).
[[nodiscard]] std::optional<map_response> decode_map_response(std::span<const std::byte> packet) noexcept;
/// Reads a response to ANNOUNCE; nullopt if `packet` is none. O(n).
[[nodiscard]] std::optional<announce_response> decode_announce_response(std::span<const std::byte> packet) noexcept;

/// Whether `packet` says that its sender does not speak this version: a response of PCP of another version, or one of a
/// gateway that speaks NAT-PMP alone (RFC 6887, section 9; RFC 6886, section 3.5).
[[nodiscard]] bool says_unsupported_version(std::span<const std::byte> packet) noexcept;

/// The error that a result other than 0 stands for.
[[nodiscard]] mapping_errc error_of(std::uint8_t result) noexcept;

}  // namespace pappus::portmap::pcp
