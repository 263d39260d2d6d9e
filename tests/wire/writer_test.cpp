// The writer: every kind of field, its limits and its memory.
#include <array>
#include <stdexcept>

#include <doctest/doctest.h>

#include <pappus/wire/writer.hpp>

#include "wire/samples.hpp"

namespace writer_test {

using namespace samples;

TEST_CASE("integers are written most significant byte first") {
  writer out{latest_version};
  out.u8(1);
  out.u16(0x0203);
  out.u32(0x04050607);
  out.u64(0x08090a0b0c0d0e0f);
  out.i32(-2);
  out.i64(-3);
  CHECK(to_hex(*std::move(out).finish()) == "0102030405060708090a0b0c0d0e0ffffffffefffffffffffffffd");
}

TEST_CASE("text and blobs follow their length") {
  writer out{latest_version};
  out.text("ab", "text");
  out.blob(from_hex("ff"), "blob");
  CHECK(to_hex(*std::move(out).finish()) ==
        "00000000000000026162"
        "0000000000000001ff");
}

TEST_CASE("a blob over the limit is an error with its field, and nothing is written") {
  writer out{latest_version};
  out.u8(1);
  out.text(std::string(limits::max_blob_size + 1, 'x'), "user_agent");
  out.fail(encode_errc::inputs_lack_features, "inputs");
  out.u8(2);
  const auto written = std::move(out).finish();
  REQUIRE_FALSE(written.has_value());
  CHECK(written.error().code == encode_errc::over_limit);
  CHECK(std::string_view{written.error().field} == "user_agent");
}

TEST_CASE("a buffer of the right size is allocated once") {
  writer out{latest_version, 12};
  out.u64(1);
  out.u32(2);
  CHECK((*std::move(out).finish()).capacity() == 12);
}

TEST_CASE("a buffer of the caller is filled exactly; a field too many, or too few, is misuse") {
  std::array<std::byte, 12> memory{};
  writer exact{latest_version, memory};
  exact.u64(1);
  exact.u32(2);
  CHECK(std::move(exact).finish().has_value());
  CHECK(to_hex(memory) == "000000000000000100000002");

  writer longer{latest_version, memory};
  longer.u64(3);
  CHECK_THROWS_AS(longer.u64(4), std::length_error);
  writer shorter{latest_version, memory};
  shorter.u64(5);
  CHECK_THROWS_AS(static_cast<void>(std::move(shorter).finish()), std::length_error);
}

}  // namespace writer_test
