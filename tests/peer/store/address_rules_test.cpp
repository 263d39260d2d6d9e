// Rules for addresses of peers: routable, valid ports, netgroups.
#include <array>
#include <cstdint>

#include <doctest/doctest.h>

#include <pappus/io/endpoint.hpp>
#include <pappus/peer/address.hpp>
#include <pappus/peer/store/address_rules.hpp>

namespace store_address_rules_test {

using namespace pappus;
using peer::is_peers_address;
using peer::is_service_port;

namespace {

wire::peer_address v4(std::string_view text) { return peer::to_wire(*io::endpoint::parse(text)); }

wire::peer_address v6(std::uint16_t first, std::uint16_t second, std::uint16_t last, std::uint16_t port = 3414) {
  std::array<std::uint8_t, 16> ip{};
  ip[0] = static_cast<std::uint8_t>(first >> 8);
  ip[1] = static_cast<std::uint8_t>(first);
  ip[2] = static_cast<std::uint8_t>(second >> 8);
  ip[3] = static_cast<std::uint8_t>(second);
  ip[14] = static_cast<std::uint8_t>(last >> 8);
  ip[15] = static_cast<std::uint8_t>(last);
  return wire::peer_address{pappus::ip_address::v6(ip), port};
}

}  // namespace

TEST_CASE("on the Internet a peer's address must be routable") {
  for (const char* const good : {"8.8.8.8:3414", "1.0.0.1:1", "223.255.255.255:65535"}) {
    CAPTURE(std::string{good});
    CHECK(is_peers_address(v4(good), true));
    CHECK(is_peers_address(v4(good), false));
  }
  for (const char* const local : {"127.0.0.1:3414", "10.1.2.3:3414", "192.168.1.1:3414", "169.254.1.1:3414"}) {
    CAPTURE(std::string{local});
    CHECK_FALSE(is_peers_address(v4(local), true));
    CHECK(is_peers_address(v4(local), false));
  }
  CHECK(is_peers_address(v6(0x2a01, 0x4f8, 1), true));
  for (const auto& local :
       {v6(0, 0, 1), v6(0xfd00, 0, 1), v6(0x2001, 0xdb8, 1), v6(0x2001, 0, 1), v6(0x2002, 0x808, 1)}) {
    CAPTURE(to_string(local));
    CHECK_FALSE(is_peers_address(local, true));
    CHECK(is_peers_address(local, false));
  }
}

TEST_CASE("an address without a port, or of no single machine, is never valid") {
  for (const bool on_internet : {true, false}) {
    for (const auto& bad : {v4("8.8.8.8:0"), v4("0.0.0.0:3414"), v4("0.0.0.1:3414"), v4("224.0.0.1:3414"),
                            v4("255.255.255.255:3414"), v6(0x2a01, 0x4f8, 1, 0), v6(0, 0, 0), v6(0, 0, 0x808),
                            v6(0x64, 0xff9b, 1), v6(0xfe80, 0, 1), v6(0xff02, 0, 1)}) {
      CAPTURE(to_string(bad));
      CHECK_FALSE(is_peers_address(bad, on_internet));
    }
  }
}

TEST_CASE("system ports and some others are those of other services, Grin's are not") {
  for (const std::uint16_t port : std::array<std::uint16_t, 7>{0, 22, 80, 443, 1023, 5060, 6667}) {
    CHECK(is_service_port(port));
  }
  for (const std::uint16_t port : std::array<std::uint16_t, 6>{1024, 3414, 13414, 23414, 49152, 65535}) {
    CHECK_FALSE(is_service_port(port));
  }
}

}  // namespace store_address_rules_test
