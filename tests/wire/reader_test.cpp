// The reader: every kind of field, and no effect after the first error.
#include <doctest/doctest.h>

#include <pappus/wire/reader.hpp>

#include "wire/samples.hpp"

namespace reader_test {

using namespace samples;

namespace {

decode_errc fault_of_text(std::string_view hex) {
  writer out{latest_version};
  out.blob(from_hex(hex), "text");
  const bytes body = *std::move(out).finish();
  reader in{body, speaking(1000)};
  static_cast<void>(in.text("text"));
  return in.ok() ? decode_errc{} : in.error().code;
}

bool reads_as_text(std::string_view hex) { return fault_of_text(hex) != decode_errc::bad_utf8; }

}  // namespace

TEST_CASE("integers are read most significant byte first") {
  const bytes body = from_hex(
      "01"
      "0203"
      "04050607"
      "08090a0b0c0d0e0f"
      "fffffffe"
      "fffffffffffffffd");
  reader in{body, speaking(1000)};
  CHECK(in.u8("a") == 0x01);
  CHECK(in.u16("b") == 0x0203);
  CHECK(in.u32("c") == 0x04050607);
  CHECK(in.u64("d") == 0x08090a0b0c0d0e0f);
  CHECK(in.i32("e") == -2);
  CHECK(in.i64("f") == -3);
  CHECK(in.remaining() == 0);
  in.expect_end();
  CHECK(in.ok());
}

TEST_CASE("a read past the end returns zero and sets an error with the field, and later reads change nothing") {
  const bytes body = from_hex("0102030405");
  reader in{body, speaking(1000)};
  CHECK(in.u16("first") == 0x0102);
  CHECK(in.u32("second") == 0);
  CHECK_FALSE(in.ok());
  CHECK(in.u8("third") == 0);
  CHECK(in.take(1, "fourth").empty());
  CHECK(in.fixed<hash>("fifth") == hash{});
  in.element(9);
  in.fail(decode_errc::duplicate, "sixth", 0);
  CHECK(in.error().code == decode_errc::unexpected_end);
  CHECK(std::string_view{in.error().field} == "second");
  CHECK(in.error().offset == 2);
  CHECK(in.error().index == 0);
}

TEST_CASE("a blob of exactly the limit is read, one byte more is refused before its bytes are needed") {
  writer out{latest_version};
  out.blob(bytes(limits::max_blob_size), "blob");
  bytes body = *std::move(out).finish();
  reader good{body, speaking(1000)};
  CHECK(good.blob("blob").size() == limits::max_blob_size);
  CHECK(good.ok());

  const bytes over = from_hex("00000000000186a1");
  reader bad{over, speaking(1000)};
  CHECK(bad.blob("blob").empty());
  CHECK(bad.error().code == decode_errc::over_limit);
  CHECK(bad.error().offset == 0);
}

TEST_CASE("a length near the maximum of its type is refused like any other") {
  for (const char* length : {"ffffffffffffffff", "8000000000000000", "7fffffffffffffff"}) {
    const bytes body = from_hex(length);
    reader in{body, speaking(1000)};
    CHECK(in.blob("blob").empty());
    CHECK(in.error().code == decode_errc::over_limit);
  }
}

TEST_CASE("a length beyond the end is an error with its field") {
  const bytes body = from_hex(
      "0000000000000003"
      "0102");
  reader in{body, speaking(1000)};
  CHECK(in.blob("blob").empty());
  CHECK(in.error().code == decode_errc::unexpected_end);
  CHECK(in.error().offset == 8);
}

TEST_CASE("text is any UTF-8, including zero bytes") {
  for (const char* hex : {"", "00", "4d572f4772696e", "c280", "dfbf", "e0a080", "ed9fbf", "ee8080", "efbfbf",
                          "f0908080", "f48fbfbf", "41c3a9e282acf09f8cbc42"}) {
    CAPTURE(hex);
    CHECK(reads_as_text(hex));
  }
}

TEST_CASE("UTF-8 that is overlong, a surrogate, too high, cut short or stray is refused") {
  for (const char* hex : {"80",
                          "bf",
                          "c0af",
                          "c1bf",
                          "c2",
                          "c27f",
                          "c2c0",
                          "e08080",
                          "e09fbf",
                          "e0a0",
                          "e0a07f",
                          "eda080",
                          "edbfbf",
                          "f08080",
                          "f08fbfbf",
                          "f0908080"
                          "f0",
                          "f4908080",
                          "f5808080",
                          "ff",
                          "41e282"}) {
    CAPTURE(hex);
    CHECK_FALSE(reads_as_text(hex));
  }
}

TEST_CASE("an error in a text has the position of the text") {
  const bytes body = from_hex(
      "ff"
      "0000000000000002"
      "c328");
  reader in{body, speaking(1000)};
  CHECK(in.u8("first") == 0xff);
  CHECK(in.text("text").empty());
  CHECK(in.error().code == decode_errc::bad_utf8);
  CHECK(in.error().offset == 9);
}

TEST_CASE("non-zero padding is refused") {
  const bytes body = from_hex(
      "0000"
      "0001");
  reader in{body, speaking(1000)};
  in.zeros(2, "first");
  CHECK(in.ok());
  in.zeros(2, "second");
  CHECK(in.error().code == decode_errc::not_zero);
  CHECK(in.error().offset == 2);
}

TEST_CASE("a count is read up to its limit") {
  const bytes body = from_hex(
      "0005"
      "0006");
  reader in{body, speaking(1000)};
  CHECK(in.count<std::uint16_t>(5, "first") == 5);
  CHECK(in.count<std::uint16_t>(5, "second") == 0);
  CHECK(in.error().code == decode_errc::over_limit);
  CHECK(in.error().offset == 2);
}

TEST_CASE("bytes left at the end are an error") {
  const bytes body = from_hex("01");
  reader in{body, speaking(1000)};
  in.expect_end();
  CHECK(in.error().code == decode_errc::trailing_bytes);
  CHECK(in.error().offset == 0);
}

TEST_CASE("an empty view with a null pointer can be read") {
  reader in{bytes_view{}, speaking(1000)};
  CHECK(in.remaining() == 0);
  CHECK(in.take(0, "nothing").empty());
  CHECK(in.ok());
  CHECK(in.u8("first") == 0);
  CHECK(in.error().code == decode_errc::unexpected_end);
}

}  // namespace reader_test
