#include <pappus/portmap/nat_pmp.hpp>

#include "octets.hpp"

namespace pappus::portmap::nat_pmp {
namespace {

using packet_view = std::span<const std::byte>;

// RFC 6886, section 3.2, 3.3 and 3.5: where fields are, bytes from the beginning of the packet.
constexpr std::size_t version_at = 0;
constexpr std::size_t opcode_at = 1;
constexpr std::size_t result_at = 2;  // of a response
constexpr std::size_t epoch_at = 4;   // of a response
constexpr std::size_t error_size = 8;
constexpr std::size_t address_at = 8;
constexpr std::size_t address_size = 12;
constexpr std::size_t request_internal_port_at = 4;
constexpr std::size_t request_external_port_at = 6;
constexpr std::size_t request_lifetime_at = 8;
constexpr std::size_t internal_port_at = 8;
constexpr std::size_t external_port_at = 10;
constexpr std::size_t lifetime_at = 12;
constexpr std::size_t map_size = 16;

constexpr std::uint8_t version = 0;
constexpr std::uint8_t ask_address = 0;
constexpr std::uint8_t response_bit = 0x80;

constexpr std::uint8_t opcode_for(transport_protocol protocol) noexcept {
  return protocol == transport_protocol::udp ? 1 : 2;
}

/// Whether it is a response to `opcode`: a success has exactly `size` bytes, an error may end after the epoch.
bool is_response(packet_view packet, std::uint8_t opcode, std::size_t size) noexcept {
  if (packet.size() != size && packet.size() != error_size) return false;
  if (load<std::uint8_t>(packet, version_at) != version) return false;
  if (load<std::uint8_t>(packet, opcode_at) != (response_bit | opcode)) return false;
  return packet.size() == size || load<std::uint16_t>(packet, result_at) != 0;
}

}  // namespace

std::array<std::byte, 2> encode_address_request() noexcept { return {std::byte{version}, std::byte{ask_address}}; }

std::array<std::byte, 12> encode(const map_request& request) noexcept {
  std::array<std::byte, 12> packet{};
  store(packet, version_at, version);
  store(packet, opcode_at, opcode_for(request.protocol));
  store(packet, request_internal_port_at, request.internal_port);
  store(packet, request_external_port_at, request.suggested_external_port);
  store(packet, request_lifetime_at, request.lifetime);
  return packet;
}

std::optional<address_response> decode_address_response(packet_view packet) noexcept {
  if (!is_response(packet, ask_address, address_size)) return std::nullopt;
  address_response response;
  response.result = load<std::uint16_t>(packet, result_at);
  response.epoch = load<std::uint32_t>(packet, epoch_at);
  if (response.result == 0) response.address = ip_address::v4(load<std::uint32_t>(packet, address_at));
  return response;
}

std::optional<map_response> decode_map_response(packet_view packet, transport_protocol protocol) noexcept {
  if (!is_response(packet, opcode_for(protocol), map_size)) return std::nullopt;
  map_response response;
  response.result = load<std::uint16_t>(packet, result_at);
  response.epoch = load<std::uint32_t>(packet, epoch_at);
  if (response.result != 0) return response;
  response.internal_port = load<std::uint16_t>(packet, internal_port_at);
  response.external_port = load<std::uint16_t>(packet, external_port_at);
  response.lifetime = load<std::uint32_t>(packet, lifetime_at);
  return response;
}

mapping_errc error_of(std::uint16_t result) noexcept {
  switch (result) {
    case 1: return mapping_errc::unsupported_version;
    case 2: return mapping_errc::not_authorized;
    case 3: return mapping_errc::network_failure;
    case 4: return mapping_errc::no_resources;
    case 5: return mapping_errc::unsupported_opcode;
    default: return mapping_errc::unassigned_result;
  }
}

}  // namespace pappus::portmap::nat_pmp
