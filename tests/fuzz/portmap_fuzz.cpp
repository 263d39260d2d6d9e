// The packets of PCP and NAT-PMP: any bytes are read or refused, and what is read is what they say.
#include <cstdint>
#include <span>
#include <vector>

#include <pappus/portmap/nat_pmp.hpp>
#include <pappus/portmap/pcp.hpp>

#include "input.hpp"

using namespace pappus;
using namespace pappus::portmap;

namespace {

using fuzz::require;

/// A response with the members of `read` and without options, as a gateway would write it.
std::vector<std::byte> written(const pcp::map_response& read) {
  pcp::map_request made;
  made.nonce = read.nonce;
  made.protocol = transport_protocol{read.protocol};
  made.internal_port = read.internal_port;
  made.suggested_external = read.external;
  made.lifetime = read.lifetime;
  const auto encoded = pcp::encode(made);
  std::vector<std::byte> bytes(encoded.begin(), encoded.end());
  bytes[1] |= std::byte{0x80};
  bytes[3] = std::byte{read.result};
  for (std::size_t i = 0; i != 4; ++i) bytes[8 + i] = static_cast<std::byte>(read.epoch >> (24 - 8 * i) & 0xff);
  return bytes;
}

void expect_same(const pcp::map_response& one, const pcp::map_response& other) {
  require(one.result == other.result && one.lifetime == other.lifetime && one.epoch == other.epoch);
  require(one.nonce == other.nonce && one.protocol == other.protocol);
  require(one.internal_port == other.internal_port && one.external == other.external);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::byte> copied(reinterpret_cast<const std::byte*>(data),
                                      reinterpret_cast<const std::byte*>(data) + size);
  const std::span<const std::byte> packet{copied};
  if (const auto read = pcp::decode_map_response(packet)) {
    require(size >= 60 && size <= pcp::max_packet_size && size % 4 == 0);
    require(!pcp::says_unsupported_version(packet));
    const auto again = pcp::decode_map_response(written(*read));
    require(again.has_value());
    expect_same(*again, *read);
  }
  if (pcp::decode_announce_response(packet)) {
    require(size >= 24 && size <= pcp::max_packet_size && size % 4 == 0);
    require(!pcp::decode_map_response(packet));
  }
  if (pcp::says_unsupported_version(packet)) require(size >= 8 && size <= pcp::max_packet_size);
  if (const auto read = nat_pmp::decode_address_response(packet)) {
    require(size == 12 || (size == 8 && read->result != 0));
    require(read->address.is_v4() && (read->result == 0 || read->address.is_unspecified()));
  }
  for (const transport_protocol protocol : {transport_protocol::tcp, transport_protocol::udp}) {
    const auto read = nat_pmp::decode_map_response(packet, protocol);
    if (!read) continue;
    require(size == 16 || (size == 8 && read->result != 0));
    require(read->result == 0 || (read->external_port == 0 && read->lifetime == 0));
    const auto other = protocol == transport_protocol::tcp ? transport_protocol::udp : transport_protocol::tcp;
    require(!nat_pmp::decode_map_response(packet, other));
  }
  return 0;
}
