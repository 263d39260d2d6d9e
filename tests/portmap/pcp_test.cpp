// Packets of PCP, written by hand from the figures of RFC 6887.
#include <algorithm>
#include <array>
#include <vector>

#include <pappus/portmap/pcp.hpp>

#include "support.hpp"

namespace portmap_pcp_test {

using namespace pappus;
using namespace pappus::portmap;
using namespace portmap_support;

constexpr pcp::mapping_nonce nonce{std::byte{1}, std::byte{2},  std::byte{3},  std::byte{4},
                                   std::byte{5}, std::byte{6},  std::byte{7},  std::byte{8},
                                   std::byte{9}, std::byte{10}, std::byte{11}, std::byte{12}};

pcp::map_request request() {
  pcp::map_request made;
  made.client = address("192.168.1.2");
  made.nonce = nonce;
  made.protocol = transport_protocol::tcp;
  made.internal_port = 3414;
  made.suggested_external = {address("0.0.0.0"), 3415};
  made.lifetime = 7200;
  return made;
}

/// Figures 3 and 10: a mapping of TCP port 3414 to 203.0.113.9:40000 for an hour, by a gateway 258 s after its start.
byte_vector response() {
  return packet(
      "02 81 00 00  00000e10  00000102  000000000000000000000000"
      "0102030405060708090a0b0c  06 000000  0d56 9c40  00000000000000000000ffffcb007109");
}

/// The same with another byte at `offset`.
byte_vector altered(byte_vector whole, std::size_t offset, int value) {
  whole.at(offset) = static_cast<std::byte>(value);
  return whole;
}

TEST_CASE("a request for a mapping is that of figures 2 and 9") {
  CHECK(bytes_of(pcp::encode(request())) ==
        packet("02 01 0000  00001c20  00000000000000000000ffffc0a80102"
               "0102030405060708090a0b0c  06 000000  0d56 0d57  00000000000000000000ffff00000000"));
}

TEST_CASE("a request of IPv6 for a port of UDP has these addresses and this protocol") {
  pcp::map_request made = request();
  made.client = address("2001:db8::2");
  made.protocol = transport_protocol::udp;
  made.suggested_external = {address("2001:db8::7"), 1};
  made.lifetime = 0;
  CHECK(bytes_of(pcp::encode(made)) ==
        packet("02 01 0000  00000000  20010db8000000000000000000000002"
               "0102030405060708090a0b0c  11 000000  0d56 0001  20010db8000000000000000000000007"));
}

TEST_CASE("a response to a request for a mapping is read") {
  const auto read = pcp::decode_map_response(response());
  REQUIRE(read);
  CHECK(read->result == 0);
  CHECK(read->lifetime == 3600);
  CHECK(read->epoch == 258);
  CHECK(read->nonce == nonce);
  CHECK(read->protocol == 6);
  CHECK(read->internal_port == 3414);
  CHECK(read->external == io::endpoint{address("203.0.113.9"), 40000});
  const auto refused = pcp::decode_map_response(altered(response(), 3, 8));
  REQUIRE(refused);
  CHECK(refused->result == 8);
}

TEST_CASE("what is no response to a request for a mapping is not read as one") {
  for_each_prefix(response(), [](std::span<const std::byte> cut) { CHECK_FALSE(pcp::decode_map_response(cut)); });
  CHECK_FALSE(pcp::decode_map_response(altered(response(), 0, 1)));     // another version
  CHECK_FALSE(pcp::decode_map_response(altered(response(), 1, 0x01)));  // a request
  CHECK_FALSE(pcp::decode_map_response(altered(response(), 1, 0x82)));  // to PEER
  CHECK_FALSE(pcp::decode_map_response(altered(response(), 1, 0x80)));  // to ANNOUNCE
  for (int extra = 1; extra != 4; ++extra) {
    CHECK_FALSE(pcp::decode_map_response(response() + byte_vector(static_cast<std::size_t>(extra))));
  }
}

TEST_CASE("options of the right form are skipped, whatever they say; others make the packet invalid") {
  CHECK(pcp::decode_map_response(response() + packet("02 00 0000")));                      // PREFER_FAILURE
  CHECK(pcp::decode_map_response(response() + packet("ff 00 0001 aa000000 81 00 0000")));  // padded, and another one
  CHECK(pcp::decode_map_response(response() + packet("7f 00 0005 0102030405000000")));
  CHECK_FALSE(pcp::decode_map_response(response() + packet("ff 00 0001")));           // no byte of one
  CHECK_FALSE(pcp::decode_map_response(response() + packet("ff 00 0005 01020304")));  // no padding
  CHECK_FALSE(pcp::decode_map_response(response() + packet("ff 00 ffff")));
  CHECK_FALSE(pcp::decode_map_response(response() + packet("ff 00 fffd 00000000")));
}

TEST_CASE("a packet may have 1100 bytes and no more") {
  const auto with_option = [](std::size_t size) {
    byte_vector whole = response() + packet("ff 00 0000");
    whole.resize(size);
    const std::size_t length = size - response().size() - 4;
    whole[62] = static_cast<std::byte>(length >> 8);
    whole[63] = static_cast<std::byte>(length & 0xff);
    return whole;
  };
  CHECK(pcp::decode_map_response(with_option(1100)));
  CHECK_FALSE(pcp::decode_map_response(with_option(1104)));
}

TEST_CASE("a request for the epoch has a header only, and its response is read") {
  CHECK(bytes_of(pcp::encode_announce(address("192.168.1.2"))) ==
        packet("02 00 0000  00000000  00000000000000000000ffffc0a80102"));
  const byte_vector answer = packet("02 80 00 00  00000000  00010000  000000000000000000000000");
  const auto read = pcp::decode_announce_response(answer);
  REQUIRE(read);
  CHECK(read->result == 0);
  CHECK(read->epoch == 65536);
  for_each_prefix(answer, [](std::span<const std::byte> cut) { CHECK_FALSE(pcp::decode_announce_response(cut)); });
  CHECK_FALSE(pcp::decode_announce_response(response()));
  CHECK_FALSE(pcp::decode_announce_response(altered(answer, 0, 3)));
  CHECK_FALSE(pcp::decode_announce_response(altered(answer, 1, 0)));
}

TEST_CASE("a gateway of another version, or with NAT-PMP alone, says that this one is not supported") {
  CHECK(pcp::says_unsupported_version(packet("00 80 0001 00000102")));  // NAT-PMP
  CHECK(pcp::says_unsupported_version(packet("00 81 0001 00000102")));
  CHECK(pcp::says_unsupported_version(altered(altered(response(), 0, 1), 3, 1)));  // PCP, version 1
  CHECK_FALSE(pcp::says_unsupported_version(packet("00 80 0001")));
  CHECK_FALSE(pcp::says_unsupported_version(packet("00 80 0001 0000010203")));
  CHECK_FALSE(pcp::says_unsupported_version(packet("00 00 0001 00000102")));  // a request
  CHECK_FALSE(pcp::says_unsupported_version(packet("00 80 0002 00000102")));  // another error
  CHECK_FALSE(pcp::says_unsupported_version(response()));
  CHECK_FALSE(pcp::says_unsupported_version({}));
}

TEST_CASE("each result has its error, and one without a meaning has one, too") {
  CHECK(pcp::error_of(1) == mapping_errc::unsupported_version);
  CHECK(pcp::error_of(2) == mapping_errc::not_authorized);
  CHECK(pcp::error_of(12) == mapping_errc::address_mismatch);
  CHECK(pcp::error_of(13) == mapping_errc::excessive_remote_peers);
  CHECK(pcp::error_of(14) == mapping_errc::unassigned_result);
  CHECK(pcp::error_of(255) == mapping_errc::unassigned_result);
  std::vector<std::string> texts;
  for (int code = 1; code <= static_cast<int>(mapping_errc::unassigned_result); ++code) {
    texts.push_back(make_error_code(static_cast<mapping_errc>(code)).message());
    CHECK(texts.back() != "unknown error");
  }
  std::sort(texts.begin(), texts.end());
  CHECK(std::adjacent_find(texts.begin(), texts.end()) == texts.end());
}

}  // namespace portmap_pcp_test
