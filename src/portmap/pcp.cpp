#include <algorithm>

#include <pappus/portmap/pcp.hpp>

#include "octets.hpp"

namespace pappus::portmap::pcp {
namespace {

using packet_view = std::span<const std::byte>;

// RFC 6887, section 7.1 to 7.3 and 11.1: where fields are, bytes from the beginning of the packet.
constexpr std::size_t version_at = 0;
constexpr std::size_t opcode_at = 1;
constexpr std::size_t result_at = 3;
constexpr std::size_t lifetime_at = 4;
constexpr std::size_t client_at = 8;  // of a request
constexpr std::size_t epoch_at = 8;   // of a response
constexpr std::size_t header_size = 24;
constexpr std::size_t nonce_at = 24;
constexpr std::size_t protocol_at = 36;
constexpr std::size_t internal_port_at = 40;
constexpr std::size_t external_port_at = 42;
constexpr std::size_t external_address_at = 44;
constexpr std::size_t map_size = 60;
constexpr std::size_t option_header_size = 4;
constexpr std::size_t option_length_at = 2;  // from the beginning of the option

constexpr std::uint8_t announce = 0;
constexpr std::uint8_t map = 1;
constexpr std::uint8_t response_bit = 0x80;
constexpr std::uint8_t unsupported_version = 1;

void store_address(std::span<std::byte> packet, std::size_t offset, const ip_address& address) noexcept {
  const auto bytes = address.bytes();
  std::ranges::transform(bytes, packet.begin() + static_cast<std::ptrdiff_t>(offset),
                         [](std::uint8_t each) { return std::byte{each}; });
}

ip_address load_address(packet_view packet, std::size_t offset) noexcept {
  std::array<std::uint8_t, 16> bytes{};
  std::ranges::transform(packet.subspan(offset, bytes.size()), bytes.begin(),
                         [](std::byte each) { return std::to_integer<std::uint8_t>(each); });
  return ip_address::v6(bytes);
}

/// Whether the options, the last part of a packet, fill it exactly.
bool has_whole_options(packet_view options) noexcept {
  while (!options.empty()) {
    if (options.size() < option_header_size) return false;
    const std::size_t length = load<std::uint16_t>(options, option_length_at);
    const std::size_t padded = (length + 3) / 4 * 4;
    if (options.size() - option_header_size < padded) return false;
    options = options.subspan(option_header_size + padded);
  }
  return true;
}

/// Whether it is a response of this version to `opcode`, the part of which without options has `size` bytes.
bool is_response(packet_view packet, std::uint8_t opcode, std::size_t size) noexcept {
  if (packet.size() < size || packet.size() > max_packet_size || packet.size() % 4 != 0) return false;
  return load<std::uint8_t>(packet, version_at) == version &&
         load<std::uint8_t>(packet, opcode_at) == (response_bit | opcode) && has_whole_options(packet.subspan(size));
}

void store_header(std::span<std::byte> packet, std::uint8_t opcode, std::uint32_t lifetime,
                  const ip_address& client) noexcept {
  store(packet, version_at, version);
  store(packet, opcode_at, opcode);
  store(packet, lifetime_at, lifetime);
  store_address(packet, client_at, client);
}

}  // namespace

std::array<std::byte, 60> encode(const map_request& request) noexcept {
  std::array<std::byte, map_size> packet{};
  store_header(packet, map, request.lifetime, request.client);
  std::ranges::copy(request.nonce, packet.begin() + nonce_at);
  store(packet, protocol_at, static_cast<std::uint8_t>(request.protocol));
  store(packet, internal_port_at, request.internal_port);
  store(packet, external_port_at, request.suggested_external.port);
  store_address(packet, external_address_at, request.suggested_external.address);
  return packet;
}

std::array<std::byte, 24> encode_announce(const ip_address& client) noexcept {
  std::array<std::byte, header_size> packet{};
  store_header(packet, announce, 0, client);
  return packet;
}

std::optional<map_response> decode_map_response(packet_view packet) noexcept {
  if (!is_response(packet, map, map_size)) return std::nullopt;
  map_response response;
  response.result = load<std::uint8_t>(packet, result_at);
  response.lifetime = load<std::uint32_t>(packet, lifetime_at);
  response.epoch = load<std::uint32_t>(packet, epoch_at);
  std::ranges::copy(packet.subspan(nonce_at, response.nonce.size()), response.nonce.begin());
  response.protocol = load<std::uint8_t>(packet, protocol_at);
  response.internal_port = load<std::uint16_t>(packet, internal_port_at);
  response.external = {load_address(packet, external_address_at), load<std::uint16_t>(packet, external_port_at)};
  return response;
}

std::optional<announce_response> decode_announce_response(packet_view packet) noexcept {
  if (!is_response(packet, announce, header_size)) return std::nullopt;
  return announce_response{load<std::uint8_t>(packet, result_at), load<std::uint32_t>(packet, epoch_at)};
}

bool says_unsupported_version(packet_view packet) noexcept {
  if (packet.size() < 8 || packet.size() > max_packet_size || packet.size() % 4 != 0) return false;
  return load<std::uint8_t>(packet, version_at) != version &&
         (load<std::uint8_t>(packet, opcode_at) & response_bit) != 0 &&
         load<std::uint8_t>(packet, result_at) == unsupported_version;
}

mapping_errc error_of(std::uint8_t result) noexcept {
  constexpr std::array codes{
      mapping_errc::unassigned_result,    mapping_errc::unsupported_version,   mapping_errc::not_authorized,
      mapping_errc::malformed_request,    mapping_errc::unsupported_opcode,    mapping_errc::unsupported_option,
      mapping_errc::malformed_option,     mapping_errc::network_failure,       mapping_errc::no_resources,
      mapping_errc::unsupported_protocol, mapping_errc::quota_exceeded,        mapping_errc::cannot_provide_external,
      mapping_errc::address_mismatch,     mapping_errc::excessive_remote_peers};
  return result < codes.size() ? codes[result] : mapping_errc::unassigned_result;
}

}  // namespace pappus::portmap::pcp
