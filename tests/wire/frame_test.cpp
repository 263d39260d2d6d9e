// The frame header at and over every limit.
#include <doctest/doctest.h>

#include <pappus/wire/frame.hpp>
#include <pappus/wire/grin_messages.hpp>

#include "wire/samples.hpp"

namespace frame_test {

using namespace samples;

namespace {

decode_result<frame_header> read(std::string_view hex, chain_type network = chain_type::mainnet) {
  const bytes raw = from_hex(hex);
  REQUIRE(raw.size() == frame_header::size);
  return read_frame_header(std::span<const std::byte, frame_header::size>{raw.data(), raw.size()},
                           grin_messages::rules(network));
}

void check_refused(std::string_view hex, decode_errc fault, std::string_view text,
                   chain_type network = chain_type::mainnet) {
  const auto header = read(hex, network);
  REQUIRE_FALSE(header.has_value());
  CHECK(header.error().code == fault);
  CHECK(to_string(header.error()) == text);
}

}  // namespace

TEST_CASE("a frame header is magic, type and length") {
  const auto raw = write_frame_header(chain_parameters_for(chain_type::mainnet).magic, {3, 16});
  CHECK(to_hex(raw) == "613d030000000000000010");
  const auto header = read("613d030000000000000010");
  REQUIRE(header.has_value());
  CHECK(header->code == 3);
  CHECK(header->length == 16);
}

TEST_CASE("another chain's magic is refused, whichever byte differs") {
  check_refused("533b030000000000000010", decode_errc::wrong_magic, "frame.magic at byte 0: wrong magic");
  check_refused("613b030000000000000010", decode_errc::wrong_magic, "frame.magic at byte 0: wrong magic");
  check_refused("533d030000000000000010", decode_errc::wrong_magic, "frame.magic at byte 0: wrong magic");
}

TEST_CASE("a known type may have four times its limit and no byte more") {
  CHECK(read("613d030000000000000040").has_value());
  check_refused("613d030000000000000041", decode_errc::over_limit, "frame.length at byte 3: over the limit");
  CHECK(read("613d000000000000000000").has_value());
  check_refused("613d000000000000000001", decode_errc::over_limit, "frame.length at byte 3: over the limit");
}

TEST_CASE("an unknown type may have four times the limit of a block on its chain") {
  CHECK(read("613dc80000000000524700"
             "")
            .has_value());
  CHECK(read("613dc80000000000524700").value().length == 0x524700);
  check_refused("613dc80000000000524701", decode_errc::over_limit, "frame.length at byte 3: over the limit");
  CHECK(read("492bc800000000000079b0", chain_type::usernet).has_value());
  check_refused("492bc800000000000079b1", decode_errc::over_limit, "frame.length at byte 3: over the limit",
                chain_type::usernet);
}

TEST_CASE("the largest lengths are refused for every type") {
  for (int code = 0; code < 256; ++code) {
    const std::string type = to_hex(bytes{static_cast<std::byte>(code)});
    check_refused("613d" + type + "8000000000000000", decode_errc::over_limit,
                  "frame.length at byte 3: over the limit");
    check_refused("613d" + type + "ffffffffffffffff", decode_errc::over_limit,
                  "frame.length at byte 3: over the limit");
    check_refused("613d" + type + "0000000100000000", decode_errc::over_limit,
                  "frame.length at byte 3: over the limit");
  }
}

}  // namespace frame_test
