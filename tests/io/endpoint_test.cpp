// IPv4 addresses and endpoints.
#include <unordered_set>

#include <doctest/doctest.h>

#include <pappus/io/endpoint.hpp>

namespace endpoint_test {

using namespace pappus::io;

namespace {

ipv4_address address(std::string_view text) {
  const auto parsed = ipv4_address::parse(text);
  REQUIRE(parsed);
  return *parsed;
}

}  // namespace

TEST_CASE("an address is printed as it is parsed") {
  for (const std::string_view text : {"0.0.0.0", "127.0.0.1", "1.2.3.4", "255.255.255.255", "10.20.30.40"}) {
    CHECK(to_string(address(text)) == text);
  }
  CHECK(address("1.2.3.4").value == 0x01020304);
}

TEST_CASE("text that is not a dotted decimal address is not parsed") {
  for (const std::string_view text : {"",          ".",
                                      "1",         "1.2.3",
                                      "1.2.3.",    ".1.2.3",
                                      "1.2.3.4.",  "1.2.3.4.5",
                                      "1..2.3",    "256.1.1.1",
                                      "1.1.1.256", "01.2.3.4",
                                      "1.2.3.00",  "0x1.2.3.4",
                                      "+1.2.3.4",  "-1.2.3.4",
                                      " 1.2.3.4",  "1.2.3.4 ",
                                      "1.2.3.4\n", "a.b.c.d",
                                      "1.2.3.4:5", "99999999999.1.1.1",
                                      "::1"}) {
    CAPTURE(text);
    CHECK_FALSE(ipv4_address::parse(text));
  }
}

TEST_CASE("an endpoint is an address and a port") {
  const auto parsed = endpoint::parse("127.0.0.1:3414");
  REQUIRE(parsed);
  CHECK(parsed->address == address("127.0.0.1"));
  CHECK(parsed->port == 3414);
  CHECK(to_string(*parsed) == "127.0.0.1:3414");
  CHECK(endpoint::parse("0.0.0.0:0"));
  CHECK(endpoint::parse("1.2.3.4:65535"));
}

TEST_CASE("text that is not an address and a port is not parsed") {
  for (const std::string_view text : {"", ":", "1.2.3.4", "1.2.3.4:", ":80", "1.2.3.4:65536", "1.2.3.4:-1",
                                      "1.2.3.4:+1", "1.2.3.4:080", "1.2.3.4:80 ", "1.2.3.4: 80", "1.2.3.4:80:80",
                                      "localhost:80", "1.2.3:80", "[::1]:80", "1.2.3.4:99999999999999999999"}) {
    CAPTURE(text);
    CHECK_FALSE(endpoint::parse(text));
  }
}

TEST_CASE("loopback addresses are 127.0.0.0/8") {
  CHECK(address("127.0.0.0").is_loopback());
  CHECK(address("127.255.255.255").is_loopback());
  CHECK_FALSE(address("126.255.255.255").is_loopback());
  CHECK_FALSE(address("128.0.0.0").is_loopback());
}

TEST_CASE("private addresses are those of RFC 1918 and RFC 6598, up to the last one") {
  for (const std::string_view inside : {"10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0",
                                        "192.168.255.255", "100.64.0.0", "100.127.255.255"}) {
    CAPTURE(inside);
    CHECK(address(inside).is_private());
    CHECK_FALSE(address(inside).is_routable());
  }
  for (const std::string_view outside : {"9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255",
                                         "192.169.0.0", "100.63.255.255", "100.128.0.0"}) {
    CAPTURE(outside);
    CHECK_FALSE(address(outside).is_private());
    CHECK(address(outside).is_routable());
  }
}

TEST_CASE("addresses of special ranges are not routable, the addresses beside them are") {
  for (const std::string_view special :
       {"0.0.0.0", "0.255.255.255", "127.0.0.1", "169.254.0.1", "192.0.0.1", "192.0.2.1", "192.88.99.1", "198.18.0.0",
        "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.0", "239.255.255.255", "240.0.0.0",
        "255.255.255.255"}) {
    CAPTURE(special);
    CHECK_FALSE(address(special).is_routable());
  }
  for (const std::string_view ordinary : {"1.0.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255", "169.255.0.0",
                                          "192.0.1.0", "192.0.3.0", "192.88.98.255", "192.88.100.0", "198.17.255.255",
                                          "198.20.0.0", "198.51.99.255", "203.0.114.0", "223.255.255.255", "8.8.8.8"}) {
    CAPTURE(ordinary);
    CHECK(address(ordinary).is_routable());
  }
}

TEST_CASE("the netgroup of an address is its upper half") {
  CHECK(address("1.2.3.4").netgroup() == 0x0102);
  CHECK(address("255.254.0.0").netgroup() == 0xfffe);
  CHECK(address("1.2.255.255").netgroup() == address("1.2.0.0").netgroup());
}

TEST_CASE("endpoints are ordered by address, then port, and can be hashed") {
  const endpoint low{address("1.2.3.4"), 9};
  const endpoint high{address("1.2.3.5"), 1};
  CHECK(low < high);
  CHECK(low < endpoint{address("1.2.3.4"), 10});
  CHECK(low == endpoint{address("1.2.3.4"), 9});
  const std::unordered_set<endpoint> kept{low, high, low};
  CHECK(kept.size() == 2);
  CHECK(std::unordered_set<ipv4_address>{low.address, high.address, low.address}.size() == 2);
}

}  // namespace endpoint_test
