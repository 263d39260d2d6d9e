// Packets of NAT-PMP, written by hand from the figures of RFC 6886.
#include <pappus/portmap/nat_pmp.hpp>

#include "support.hpp"

namespace portmap_nat_pmp_test {

using namespace pappus;
using namespace pappus::portmap;
using namespace portmap_support;

TEST_CASE("the requests are those of sections 3.2 and 3.3") {
  CHECK(bytes_of(nat_pmp::encode_address_request()) == packet("00 00"));
  nat_pmp::map_request made;
  made.protocol = transport_protocol::tcp;
  made.internal_port = 3414;
  made.suggested_external_port = 3415;
  made.lifetime = 7200;
  CHECK(bytes_of(nat_pmp::encode(made)) == packet("00 02 0000 0d56 0d57 00001c20"));
  made.protocol = transport_protocol::udp;
  CHECK(bytes_of(nat_pmp::encode(made)) == packet("00 01 0000 0d56 0d57 00001c20"));
}

TEST_CASE("the external address is read") {
  const byte_vector answer = packet("00 80 0000 00000102 cb007109");
  const auto read = nat_pmp::decode_address_response(answer);
  REQUIRE(read);
  CHECK(read->result == 0);
  CHECK(read->epoch == 258);
  CHECK(read->address == address("203.0.113.9"));
  for_each_prefix(answer, [](std::span<const std::byte> cut) { CHECK_FALSE(nat_pmp::decode_address_response(cut)); });
  CHECK_FALSE(nat_pmp::decode_address_response(answer + byte_vector(1)));
  CHECK_FALSE(nat_pmp::decode_address_response(packet("01 80 0000 00000102 cb007109")));  // another version
  CHECK_FALSE(nat_pmp::decode_address_response(packet("00 00 0000 00000102 cb007109")));  // a request
  CHECK_FALSE(nat_pmp::decode_address_response(packet("00 82 0000 00000102 cb007109")));  // to another one
}

TEST_CASE("a mapping is read, of the protocol that was asked for") {
  const byte_vector answer = packet("00 82 0000 00000102 0d56 9c40 00000e10");
  const auto read = nat_pmp::decode_map_response(answer, transport_protocol::tcp);
  REQUIRE(read);
  CHECK(read->result == 0);
  CHECK(read->epoch == 258);
  CHECK(read->internal_port == 3414);
  CHECK(read->external_port == 40000);
  CHECK(read->lifetime == 3600);
  CHECK_FALSE(nat_pmp::decode_map_response(answer, transport_protocol::udp));
  CHECK(nat_pmp::decode_map_response(packet("00 81 0000 00000102 0d56 9c40 00000e10"), transport_protocol::udp));
  for_each_prefix(answer, [](std::span<const std::byte> cut) {
    CHECK_FALSE(nat_pmp::decode_map_response(cut, transport_protocol::tcp));
  });
  CHECK_FALSE(nat_pmp::decode_map_response(answer + byte_vector(4), transport_protocol::tcp));
  CHECK_FALSE(nat_pmp::decode_map_response(packet("02 82 0000 00000102 0d56 9c40 00000e10"), transport_protocol::tcp));
}

TEST_CASE("an error may have the length of a success, or end after the epoch; its other members are not read") {
  for (const char* const hex : {"00 82 0003 00000102", "00 82 0003 00000102 0d56 9c40 00000e10"}) {
    const auto read = nat_pmp::decode_map_response(packet(hex), transport_protocol::tcp);
    REQUIRE(read);
    CHECK(read->result == 3);
    CHECK(read->epoch == 258);
    CHECK(read->external_port == 0);
    CHECK(read->lifetime == 0);
  }
  for (const char* const hex : {"00 80 0003 00000102", "00 80 0003 00000102 cb007109"}) {
    const auto read = nat_pmp::decode_address_response(packet(hex));
    REQUIRE(read);
    CHECK(read->result == 3);
    CHECK(read->address.is_unspecified());
  }
}

TEST_CASE("each result has its error, and one without a meaning has one, too") {
  CHECK(nat_pmp::error_of(1) == mapping_errc::unsupported_version);
  CHECK(nat_pmp::error_of(2) == mapping_errc::not_authorized);
  CHECK(nat_pmp::error_of(3) == mapping_errc::network_failure);
  CHECK(nat_pmp::error_of(4) == mapping_errc::no_resources);
  CHECK(nat_pmp::error_of(5) == mapping_errc::unsupported_opcode);
  CHECK(nat_pmp::error_of(6) == mapping_errc::unassigned_result);
  CHECK(nat_pmp::error_of(65535) == mapping_errc::unassigned_result);
}

}  // namespace portmap_nat_pmp_test
