// Ranges of endpoints: a block of addresses, and perhaps a port.
#include <string>

#include <doctest/doctest.h>

#include <pappus/io/endpoint_range.hpp>

namespace endpoint_range_test {

using namespace pappus::io;

namespace {

endpoint_range range(std::string_view text) {
  const auto parsed = endpoint_range::parse(text);
  REQUIRE(parsed);
  return *parsed;
}

endpoint at(std::string_view text) { return *endpoint::parse(text); }

}  // namespace

TEST_CASE("a range is printed as it is parsed, without a full prefix length") {
  for (const std::string_view text :
       {"1.2.3.4", "1.2.3.4:3414", "10.0.0.0/8", "10.0.0.0/8:80", "0.0.0.0/0", "255.255.255.254/31"}) {
    CHECK(to_string(range(text)) == text);
  }
  CHECK(to_string(range("1.2.3.4/32")) == "1.2.3.4");
}

TEST_CASE("bits behind the prefix are ignored in comparisons") {
  CHECK(range("10.1.2.3/8") == range("10.0.0.0/8"));
  CHECK(range("1.2.3.4/0") == range("0.0.0.0/0"));
  CHECK(range("10.0.0.0/8") != range("10.0.0.0/9"));
  CHECK(range("10.0.0.0/8") != range("10.0.0.0/8:1"));
}

TEST_CASE("text that is not an address with an optional prefix length and port is not parsed") {
  for (const std::string_view text :
       {"", "/", "1.2.3.4/", "1.2.3.4/33", "1.2.3.4/-1", "1.2.3.4/08", "1.2.3.4:", "1.2.3.4:65536", "1.2.3.4:0",
        "1.2.3.4:80/24", "1.2.3/24", "1.2.3.4/24/24", "::1", "a/8"}) {
    CAPTURE(text);
    CHECK_FALSE(endpoint_range::parse(text));
  }
}

TEST_CASE("a range contains its first and last address and none beside them") {
  const endpoint_range block = range("172.16.0.0/12");
  CHECK(to_string(block.last_address()) == "172.31.255.255");
  CHECK(block.contains(block.network));
  CHECK(block.contains(block.last_address()));
  CHECK_FALSE(block.contains(ipv4_address{block.network.value - 1}));
  CHECK_FALSE(block.contains(ipv4_address{block.last_address().value + 1}));
  CHECK(range("0.0.0.0/0").contains(ipv4_address{0xffffffff}));
  CHECK(range("0.0.0.0/0").last_address().value == 0xffffffff);
}

TEST_CASE("a range with a port contains endpoints at that port only") {
  CHECK(range("1.2.3.0/24").contains(at("1.2.3.4:1")));
  CHECK(range("1.2.3.0/24:80").contains(at("1.2.3.4:80")));
  CHECK_FALSE(range("1.2.3.0/24:80").contains(at("1.2.3.4:81")));
  CHECK_FALSE(range("1.2.3.0/24:80").contains(at("1.2.4.4:80")));
}

TEST_CASE("an endpoint with port 0 is a range of its own, not one of all ports") {
  const endpoint_range undialable{at("1.2.3.4:0")};
  CHECK(undialable.contains(at("1.2.3.4:0")));
  CHECK_FALSE(undialable.contains(at("1.2.3.4:1")));
  CHECK_FALSE(undialable.contains(range("1.2.3.4")));
  CHECK(range("1.2.3.4").contains(undialable));
  CHECK(undialable != range("1.2.3.4"));
}

TEST_CASE("a range contains ranges that are equal or narrower") {
  CHECK(range("10.0.0.0/8").contains(range("10.1.0.0/16")));
  CHECK(range("10.0.0.0/8").contains(range("10.0.0.0/8:80")));
  CHECK(range("10.0.0.0/8:80").contains(range("10.9.9.9:80")));
  CHECK_FALSE(range("10.0.0.0/8:80").contains(range("10.0.0.0/8")));
  CHECK_FALSE(range("10.1.0.0/16").contains(range("10.0.0.0/8")));
  CHECK_FALSE(range("10.0.0.0/8").contains(range("11.0.0.0/16")));
}

}  // namespace endpoint_range_test
