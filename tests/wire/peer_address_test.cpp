// Peer addresses of both families, on the wire and as text.
#include <doctest/doctest.h>

#include <pappus/wire/peer_address.hpp>

#include "wire/samples.hpp"

namespace peer_address_test {

using namespace samples;

namespace {

peer_address read(std::string_view hex) {
  const bytes body = from_hex(hex);
  reader in{body, speaking(1000)};
  const peer_address address = peer_address::read(in, "address");
  in.expect_end();
  REQUIRE(in.ok());
  return address;
}

std::string written_hex(const peer_address& address) {
  writer out{latest_version};
  address.write(out);
  const bytes written = *std::move(out).finish();
  CHECK(written.size() == address.size());
  return to_hex(written);
}

std::string v6_text(std::string_view groups) { return to_string(read("01" + std::string{groups} + "0050")); }

}  // namespace

TEST_CASE("an IPv4 address is family 0, four bytes, port") {
  const auto address = peer_address{pappus::ip_address::v4(0xc0000201), 3414};
  CHECK(written_hex(address) == "00c00002010d56");
  CHECK(read("00c00002010d56") == address);
  CHECK(to_string(address) == "192.0.2.1:3414");
}

TEST_CASE("an IPv6 address is family 1, sixteen bytes, port") {
  const auto address =
      peer_address{pappus::ip_address::v6({0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}), 3414};
  CHECK(written_hex(address) == "0120010db80000000000000000000000010d56");
  CHECK(read("0120010db80000000000000000000000010d56") == address);
  CHECK(to_string(address) == "[2001:db8::1]:3414");
}

TEST_CASE("any family but 0 is read as IPv6") {
  CHECK(read("0220010db80000000000000000000000010d56") == read("0120010db80000000000000000000000010d56"));
  CHECK_FALSE(read("ff20010db80000000000000000000000010d56").ip.is_v4());
}

TEST_CASE("an IPv4-mapped or IPv4-compatible IPv6 address is read as IPv4") {
  CHECK(read("0100000000000000000000ffff7f0000010d56") == peer_address{pappus::ip_address::v4(0x7f000001), 3414});
  CHECK(read("010000000000000000000000007f0000010d56") == peer_address{pappus::ip_address::v4(0x7f000001), 3414});
  CHECK(read("01000000000000000000000000000000020d56") == peer_address{pappus::ip_address::v4(0x00000002), 3414});
}

TEST_CASE("the unspecified and the loopback address of IPv6 are what they are") {
  CHECK(to_string(read("01000000000000000000000000000000000d56")) == "[::]:3414");
  CHECK(to_string(read("01000000000000000000000000000000010d56")) == "[::1]:3414");
}

TEST_CASE("an IPv6 address that is not IPv4-mapped stays one") {
  CHECK_FALSE(read("0100000000000000000000fffe7f0000010d56").ip.is_v4());
  CHECK_FALSE(read("01000000000000000000007fff7f0000010d56").ip.is_v4());
  CHECK_FALSE(read("0100000000000000000001ffff7f0000010d56").ip.is_v4());
  CHECK_FALSE(read("010000000000000000010000007f0000010d56").ip.is_v4());
}

TEST_CASE("the unspecified IPv6 address, which Grin usually sends, is written as it is") {
  CHECK(written_hex(peer_address{pappus::ip_address::v6({}), 3414}) == "01000000000000000000000000000000000d56");
}

TEST_CASE("IPv6 addresses are printed as in RFC 5952") {
  CHECK(v6_text("20010db8000000000001000000000001") == "[2001:db8::1:0:0:1]:80");
  CHECK(v6_text("20010db8000000010001000100010001") == "[2001:db8:0:1:1:1:1:1]:80");
  CHECK(v6_text("fe800000000000000000000000000000") == "[fe80::]:80");
  CHECK(v6_text("00000000000000010000000000000000") == "[0:0:0:1::]:80");
  CHECK(v6_text("00000000000100000000000000010203") == "[0:0:1::1:203]:80");
  CHECK(v6_text("0abc00de000f10001001010100110001") == "[abc:de:f:1000:1001:101:11:1]:80");
  CHECK(to_string(peer_address{pappus::ip_address::v6({}), 80}) == "[::]:80");
}

}  // namespace peer_address_test
