// IP addresses of both families.
#include <array>
#include <initializer_list>
#include <string_view>
#include <unordered_set>
#include <utility>

#include <doctest/doctest.h>

#include <pappus/ip_address.hpp>

namespace ip_address_test {

using pappus::ip_address;

namespace {

ip_address address(std::string_view text) {
  const auto parsed = ip_address::parse(text);
  REQUIRE(parsed);
  return *parsed;
}

}  // namespace

TEST_CASE("an address is printed as it is parsed") {
  for (const std::string_view text : {"0.0.0.0", "127.0.0.1", "1.2.3.4", "255.255.255.255", "10.20.30.40"}) {
    CHECK(to_string(address(text)) == text);
  }
  CHECK(address("1.2.3.4").v4_value() == 0x01020304);
}

TEST_CASE("text that is not a dotted decimal address is not parsed") {
  for (const std::string_view text :
       {"",         ".",         "1",         "1.2.3",    "1.2.3.",    ".1.2.3",           "1.2.3.4.", "1.2.3.4.5",
        "1..2.3",   "256.1.1.1", "1.1.1.256", "01.2.3.4", "1.2.3.00",  "0x1.2.3.4",        "+1.2.3.4", "-1.2.3.4",
        " 1.2.3.4", "1.2.3.4 ",  "1.2.3.4\n", "a.b.c.d",  "1.2.3.4:5", "99999999999.1.1.1"}) {
    CAPTURE(text);
    CHECK_FALSE(ip_address::parse(text));
  }
}

TEST_CASE("loopback addresses are 127.0.0.0/8 and ::1") {
  CHECK(address("::1").is_loopback());
  CHECK_FALSE(address("::2").is_loopback());
  CHECK_FALSE(address("::").is_loopback());
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
  for (const std::string_view inside : {"fc00::", "fdff:ffff::1"}) CHECK(address(inside).is_private());
  for (const std::string_view outside : {"fbff::1", "fe00::1", "2001:4860::1"})
    CHECK_FALSE(address(outside).is_private());
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
  for (const std::string_view special : {"::",
                                         "::1",
                                         "::8.8.8.8",
                                         "64:ff9b::808:808",
                                         "64:ff9b:1::1",
                                         "100::1",
                                         "1fff::1",
                                         "2001::1",
                                         "2001:2::1",
                                         "2001:10::1",
                                         "2001:2f:ffff::1",
                                         "2001:db8::1",
                                         "2001:db8:ffff::1",
                                         "2002:808:808::1",
                                         "3fff::1",
                                         "3fff:fff::1",
                                         "4000::1",
                                         "fc00::1",
                                         "fe80::1",
                                         "febf::1",
                                         "ff02::1"}) {
    CAPTURE(special);
    CHECK_FALSE(address(special).is_routable());
  }
  for (const std::string_view ordinary :
       {"2000::1", "2001:200::1", "2001:db7::1", "2001:db9::1", "2003::1", "2a01:4f8::1", "3fff:1000::1"}) {
    CAPTURE(ordinary);
    CHECK(address(ordinary).is_routable());
  }
  for (const std::string_view ordinary : {"1.0.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255", "169.255.0.0",
                                          "192.0.1.0", "192.0.3.0", "192.88.98.255", "192.88.100.0", "198.17.255.255",
                                          "198.20.0.0", "198.51.99.255", "203.0.114.0", "223.255.255.255", "8.8.8.8"}) {
    CAPTURE(ordinary);
    CHECK(address(ordinary).is_routable());
  }
}

TEST_CASE("the netgroup of an address is its /16 of IPv4 and its /32 of IPv6, and these differ") {
  CHECK(address("1.2.3.4").netgroup() == 0x0102);
  CHECK(address("255.254.0.0").netgroup() == 0xfffe);
  CHECK(address("1.2.255.255").netgroup() == address("1.2.0.0").netgroup());
  CHECK(address("2a01:4f8::1").netgroup() == address("2a01:4f8:ffff:ffff::2").netgroup());
  CHECK(address("2a01:4f8::1").netgroup() != address("2a01:4f9::1").netgroup());
  CHECK(address("0:808::1").netgroup() != address("8.8.0.1").netgroup());
}

TEST_CASE("an IPv6 address is read in each form of RFC 4291, and printed as in RFC 5952") {
  for (const auto& form : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"::", "::"},
           {"::1", "::1"},
           {"1::", "1::"},
           {"2001:DB8::1", "2001:db8::1"},
           {"2001:0db8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1"},
           {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
           {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
           {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
           {"0:0:0:1::", "0:0:0:1::"},
           {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
           {"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
           {"::1.2.3.4", "::102:304"}}) {
    const auto text = form.first;
    const auto printed = form.second;
    CAPTURE(text);
    CHECK(to_string(address(text)) == printed);
    CHECK(address(printed) == address(text));
    CHECK_FALSE(address(text).is_v4());
    CHECK(ip_address::v6(address(text).bytes()) == address(text));
  }
}

TEST_CASE("text that is not an IPv6 address is not parsed") {
  for (const std::string_view text : {":",
                                      ":::",
                                      "1:2:3:4:5:6:7",
                                      "1:2:3:4:5:6:7:8:9",
                                      "1:2:3:4:5:6:7:8::",
                                      "::1:2:3:4:5:6:7:8",
                                      "1::2::3",
                                      "12345::",
                                      "g::",
                                      "-1::",
                                      "+1::",
                                      "0x1::",
                                      " ::1",
                                      "::1 ",
                                      ":1",
                                      "1:",
                                      ":1::",
                                      "1:::2",
                                      "fe80::1%2",
                                      "fe80::1%eth0",
                                      "[::1]",
                                      "::1/128",
                                      "1.2.3.4::",
                                      "::1.2.3.4:5",
                                      "::1.2.3",
                                      "::1.2.3.256",
                                      "::01.2.3.4",
                                      "1:2:3:4:5:6:7:1.2.3.4",
                                      "1:2:3:4:5:6:7:8:1.2.3.4"}) {
    CAPTURE(text);
    CHECK_FALSE(ip_address::parse(text));
  }
}

TEST_CASE("an IPv4-mapped address is the IPv4 address, others that contain one are not") {
  for (const std::string_view mapped : {"::ffff:1.2.3.4", "::ffff:102:304", "0:0:0:0:0:ffff:0102:0304"}) {
    CAPTURE(mapped);
    CHECK(address(mapped) == ip_address::v4(0x01020304));
    CHECK(address(mapped).is_v4());
    CHECK(to_string(address(mapped)) == "1.2.3.4");
  }
  CHECK(ip_address::v6(address("1.2.3.4").bytes()) == address("1.2.3.4"));
  for (const std::string_view other :
       {"::1.2.3.4", "::fffe:1.2.3.4", "::1:ffff:1.2.3.4", "2002:102:304::", "64:ff9b::1.2.3.4"}) {
    CAPTURE(other);
    CHECK_FALSE(address(other).is_v4());
  }
}

TEST_CASE("an address of one machine is neither unspecified nor multicast, nor another form of an IPv4 address") {
  for (const std::string_view none : {"0.0.0.0", "0.0.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
                                      "::", "::1.2.3.4", "64:ff9b::1", "fe80::1", "ff02::1"}) {
    CAPTURE(none);
    CHECK_FALSE(address(none).is_unicast());
  }
  for (const std::string_view one :
       {"127.0.0.1", "10.0.0.1", "169.254.0.1", "::1", "fd00::1", "2001:db8::1", "2002:808:808::1"}) {
    CAPTURE(one);
    CHECK(address(one).is_unicast());
  }
  for (const std::string_view any : {"0.0.0.0", "::", "::ffff:0.0.0.0"}) CHECK(address(any).is_unspecified());
  for (const std::string_view one : {"0.0.0.1", "::1", "::ffff:0.0.0.1"}) CHECK_FALSE(address(one).is_unspecified());
  CHECK(address("1.2.3.4").unspecified() == address("0.0.0.0"));
  CHECK(address("2001:db8::1").unspecified() == address("::"));
}

TEST_CASE("a block has a first address, of its family") {
  CHECK(address("10.1.2.3").first_of_block(8) == address("10.0.0.0"));
  CHECK(address("10.1.2.3").first_of_block(32) == address("10.1.2.3"));
  CHECK(address("10.1.2.3").first_of_block(0) == address("0.0.0.0"));
  CHECK(address("2001:db8:1:2:3::4").first_of_block(64) == address("2001:db8:1:2::"));
  CHECK(address("2001:db8:1:2:3::4").first_of_block(65) == address("2001:db8:1:2::"));
  CHECK(address("2001:db8:1:2:8003::4").first_of_block(65) == address("2001:db8:1:2:8000::"));
  CHECK(address("2001:db8:1:2:3::4").first_of_block(128) == address("2001:db8:1:2:3::4"));
  CHECK(address("2001:db8::1").first_of_block(0) == address("::"));
}

TEST_CASE("what one host can have is an address of IPv4, a /64 of IPv6") {
  CHECK(address("1.2.3.4").subnet() == address("1.2.3.4"));
  CHECK(address("2001:db8:1:2:3:4:5:6").subnet() == address("2001:db8:1:2::"));
  CHECK(address("2001:db8:1:2::1").subnet() != address("2001:db8:1:3::1").subnet());
  CHECK(address("fe80::1").subnet() == address("fe80::1"));  // all hosts of a link are in fe80::/64
  CHECK(address("fe80::1").subnet() != address("fe80::2").subnet());
  CHECK(address("fec0::1").subnet() == address("fec0::2").subnet());
}

TEST_CASE("addresses can be hashed, and are ordered by value, those of IPv4 first") {
  const std::array all{address("0.0.0.0"), address("::"), address("1.2.3.4"), address("1.2.3.5"), address("::1.2.3.4")};
  CHECK(std::unordered_set<ip_address>{all.begin(), all.end()}.size() == all.size());
  CHECK(address("1.2.3.4") < address("1.2.3.5"));
  CHECK(address("1.2.3.4") < address("200.0.0.0"));
  CHECK(address("::1") < address("2001::"));
  CHECK(address("255.255.255.255") < address("::"));
}

}  // namespace ip_address_test
