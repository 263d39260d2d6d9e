// GetPeerAddrs and PeerAddrs, encoded and decoded, at and over the limit of addresses.
#include <doctest/doctest.h>

#include <pappus/wire/messages/peer_addrs.hpp>

#include "wire/samples.hpp"

namespace messages_peer_addrs_test {

using namespace samples;

namespace {

messages::peer_addrs some_addresses(std::size_t count) {
  messages::peer_addrs value;
  numbers random{count};
  for (std::size_t i = 0; i < count; ++i) {
    const auto port = static_cast<std::uint16_t>(random.next());
    if (i % 2 == 0) {
      value.addresses.push_back(peer_address{pappus::ip_address::v4(0x01020300 + static_cast<std::uint32_t>(i)), port});
    } else {
      value.addresses.push_back(peer_address{pappus::ip_address::v6({0xfd, static_cast<std::uint8_t>(i)}), port});
    }
  }
  return value;
}

}  // namespace

TEST_CASE("GetPeerAddrs is a set of capabilities; unknown ones are dropped") {
  check_message(messages::get_peer_addrs{capability::peer_list}, "00000004");
  CHECK(decode<messages::get_peer_addrs>(from_hex("ffffffff"), speaking(1000))->capabilities == archive_capabilities);
}

TEST_CASE("PeerAddrs is a count and addresses of either family") {
  check_message(messages::peer_addrs{}, "00000000");
  messages::peer_addrs value;
  value.addresses = {peer_address{pappus::ip_address::v4(0x0a000001), 1},
                     peer_address{pappus::ip_address::v6({0xfd}), 2}};
  check_message(value,
                "00000002"
                "000a0000010001"
                "01fd0000000000000000000000000000000002");
}

TEST_CASE("256 addresses are accepted, one more is refused") {
  const auto body = encode(some_addresses(256), latest_version);
  REQUIRE(body.has_value());
  CHECK(decode<messages::peer_addrs>(*body, speaking(1000)).value() == some_addresses(256));

  const auto refused = encode(some_addresses(257), latest_version);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == encode_errc::over_limit);
  CHECK(std::string_view{refused.error().field} == "addresses");
  check_refused<messages::peer_addrs>(from_hex("00000101"), speaking(1000), decode_errc::over_limit, "count", 0);
  check_refused<messages::peer_addrs>(from_hex("ffffffff"), speaking(1000), decode_errc::over_limit, "count", 0);
}

TEST_CASE("an error for missing bytes has the index of the address") {
  const auto got = decode<messages::peer_addrs>(from_hex("00000100"
                                                         "000a0000010001"
                                                         "000a00"),
                                                speaking(1000));
  REQUIRE_FALSE(got.has_value());
  CHECK(to_string(got.error()) == "peer_addrs.addresses[1] at byte 12: unexpected end");
}

}  // namespace messages_peer_addrs_test
