// Endpoints of both families.
#include <unordered_set>

#include <doctest/doctest.h>

#include <pappus/io/endpoint.hpp>

namespace endpoint_test {

using namespace pappus::io;

namespace {

pappus::ip_address address(std::string_view text) {
  const auto parsed = pappus::ip_address::parse(text);
  REQUIRE(parsed);
  return *parsed;
}

}  // namespace

TEST_CASE("an endpoint is an address and a port") {
  const auto parsed = endpoint::parse("127.0.0.1:3414");
  REQUIRE(parsed);
  CHECK(parsed->address == address("127.0.0.1"));
  CHECK(parsed->port == 3414);
  CHECK(to_string(*parsed) == "127.0.0.1:3414");
  CHECK(endpoint::parse("0.0.0.0:0"));
  CHECK(endpoint::parse("1.2.3.4:65535"));
  const auto v6 = endpoint::parse("[2001:db8::1]:3414");
  REQUIRE(v6);
  CHECK(v6->address == address("2001:db8::1"));
  CHECK(v6->port == 3414);
  CHECK(to_string(*v6) == "[2001:db8::1]:3414");
  CHECK(to_string(*endpoint::parse("[::ffff:1.2.3.4]:5")) == "1.2.3.4:5");
}

TEST_CASE("text that is not an address and a port is not parsed") {
  for (const std::string_view text : {"",
                                      ":",
                                      "1.2.3.4",
                                      "1.2.3.4:",
                                      ":80",
                                      "1.2.3.4:65536",
                                      "1.2.3.4:-1",
                                      "1.2.3.4:+1",
                                      "1.2.3.4:080",
                                      "1.2.3.4:80 ",
                                      "1.2.3.4: 80",
                                      "1.2.3.4:80:80",
                                      "localhost:80",
                                      "1.2.3:80",
                                      "1.2.3.4:99999999999999999999",
                                      "::1:80",
                                      "[::1]",
                                      "[::1]80",
                                      "[::1]:",
                                      "[::1:80",
                                      "::1]:80",
                                      "[]:80",
                                      "[1.2.3.4]:80",
                                      "[fe80::1%2]:80",
                                      "[::1]:65536",
                                      "[::1]]:80"}) {
    CAPTURE(text);
    CHECK_FALSE(endpoint::parse(text));
  }
}

TEST_CASE("endpoints are ordered by address, then port, and can be hashed") {
  const endpoint low{address("1.2.3.4"), 9};
  const endpoint high{address("1.2.3.5"), 1};
  CHECK(low < high);
  CHECK(low < endpoint{address("1.2.3.4"), 10});
  CHECK(low == endpoint{address("1.2.3.4"), 9});
  const std::unordered_set<endpoint> kept{low, high, low};
  CHECK(kept.size() == 2);
  CHECK(std::unordered_set<pappus::ip_address>{low.address, high.address, low.address}.size() == 2);
}

}  // namespace endpoint_test
