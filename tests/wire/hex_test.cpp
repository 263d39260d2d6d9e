// Hexadecimal text, and the values that are parsed from it.
#include <doctest/doctest.h>

#include <pappus/wire/fixed_bytes.hpp>
#include <pappus/wire/hex.hpp>

namespace hex_test {

using namespace pappus::wire;

TEST_CASE("bytes are printed as two lower-case digits each and parsed in either case") {
  const bytes raw{std::byte{0x00}, std::byte{0x0f}, std::byte{0xa5}, std::byte{0xff}};
  CHECK(to_hex(raw) == "000fa5ff");
  CHECK(bytes_from_hex("000fa5ff") == raw);
  CHECK(bytes_from_hex("000FA5Ff") == raw);
  CHECK(to_hex({}).empty());
  CHECK(bytes_from_hex("") == bytes{});
}

TEST_CASE("text that is not pairs of digits is not parsed") {
  for (const char* text : {"0", "000", "0g", "g0", "0x00", " 00", "00 ", "-1", "0/", "0:", "0@", "0`"}) {
    CAPTURE(text);
    CHECK_FALSE(bytes_from_hex(text).has_value());
  }
}

TEST_CASE("an opaque value is parsed only from text of exactly its length") {
  const std::string digits(66, 'a');
  const auto value = commitment::from_hex(digits);
  REQUIRE(value.has_value());
  CHECK(to_string(*value) == digits);
  CHECK_FALSE(commitment::from_hex(digits + "aa").has_value());
  CHECK_FALSE(commitment::from_hex(digits.substr(2)).has_value());
}

TEST_CASE("opaque values are ordered from their first byte on") {
  const auto low = *commitment::from_hex("01" + std::string(64, 'f'));
  const auto high = *commitment::from_hex("02" + std::string(64, '0'));
  CHECK(low < high);
  CHECK(low != high);
  CHECK(std::hash<commitment>{}(low) != std::hash<commitment>{}(high));
  CHECK(std::hash<commitment>{}(low) == std::hash<commitment>{}(commitment{low}));
}

}  // namespace hex_test
