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
       {"1.2.3.4", "1.2.3.4:3414", "10.0.0.0/8", "10.0.0.0/8:80", "0.0.0.0/0", "255.255.255.254/31", "2001:db8::1",
        "2001:db8::/32", "::/0", "[2001:db8::1]:3414", "[2001:db8::]/32:80"}) {
    CHECK(to_string(range(text)) == text);
  }
  CHECK(to_string(range("1.2.3.4/32")) == "1.2.3.4");
  CHECK(to_string(range("2001:db8::1/128")) == "2001:db8::1");
  CHECK(to_string(range("[2001:db8::1]")) == "2001:db8::1");
  CHECK(to_string(range("[2001:db8::1]/32")) == "2001:db8::/32");
}

TEST_CASE("bits behind the prefix are ignored in comparisons") {
  CHECK(range("10.1.2.3/8") == range("10.0.0.0/8"));
  CHECK(range("1.2.3.4/0") == range("0.0.0.0/0"));
  CHECK(range("10.0.0.0/8") != range("10.0.0.0/9"));
  CHECK(range("10.0.0.0/8") != range("10.0.0.0/8:1"));
}

TEST_CASE("text that is not an address with an optional prefix length and port is not parsed") {
  for (const std::string_view text : {"",           "/",
                                      "1.2.3.4/",   "1.2.3.4/33",
                                      "1.2.3.4/-1", "1.2.3.4/08",
                                      "1.2.3.4:",   "1.2.3.4:65536",
                                      "1.2.3.4:0",  "1.2.3.4:80/24",
                                      "1.2.3/24",   "1.2.3.4/24/24",
                                      "a/8",        "::1/129",
                                      "::1:80/64x", "[::1]:0",
                                      "[::1]/64:0", "[::1",
                                      "[1.2.3.4]",  "fe80::1%2/64",
                                      "::1/",       "::ffff:1.2.3.4/95"}) {
    CAPTURE(text);
    CHECK_FALSE(endpoint_range::parse(text));
  }
}

TEST_CASE("a range contains its first and last address and none beside them") {
  const endpoint_range block = range("172.16.0.0/12");
  CHECK(to_string(block.network) == "172.16.0.0");
  for (const std::string_view inside : {"172.16.0.0:1", "172.31.255.255:1"}) CHECK(block.contains(at(inside)));
  for (const std::string_view outside : {"172.15.255.255:1", "172.32.0.0:1"}) CHECK_FALSE(block.contains(at(outside)));
  const endpoint_range v6 = range("2001:db8:40::/42");
  for (const std::string_view inside : {"[2001:db8:40::]:1", "[2001:db8:7f:ffff:ffff:ffff:ffff:ffff]:1"}) {
    CHECK(v6.contains(at(inside)));
  }
  for (const std::string_view outside : {"[2001:db8:3f:ffff:ffff:ffff:ffff:ffff]:1", "[2001:db8:80::]:1"}) {
    CHECK_FALSE(v6.contains(at(outside)));
  }
  CHECK(range("0.0.0.0/0").contains(pappus::ip_address::v4(0xffffffff)));
}

TEST_CASE("a range is of one family, and one of IPv4-mapped addresses is of IPv4") {
  CHECK_FALSE(range("::/0").contains(at("1.2.3.4:1")));
  CHECK_FALSE(range("0.0.0.0/0").contains(at("[2001:db8::1]:1")));
  CHECK(range("::/0").contains(at("[2001:db8::1]:1")));
  CHECK(range("::ffff:10.0.0.0/104") == range("10.0.0.0/8"));
  CHECK(range("::ffff:1.2.3.4") == range("1.2.3.4"));
  CHECK(range("2001:db8::/32").contains(range("[2001:db8:1::1]:5")));
  CHECK_FALSE(range("2001:db8::/32").contains(range("2001:db9::1")));
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
