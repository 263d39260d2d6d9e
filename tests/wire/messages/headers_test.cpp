// GetHeaders and Headers, encoded and decoded.
#include <doctest/doctest.h>

#include <pappus/wire/messages/headers.hpp>

#include "wire/samples.hpp"

namespace messages_headers_test {

using namespace samples;

namespace {

bytes batch(std::uint16_t count, std::uint16_t declared) {
  writer out{latest_version};
  out.u16(declared);
  for (std::uint16_t i = 0; i < count; ++i) out.raw(written(some_header(i)));
  return *std::move(out).finish();
}

}  // namespace

TEST_CASE("a locator has up to 20 hashes") {
  check_message(messages::get_headers{}, "00");
  numbers random{1};
  messages::get_headers question;
  std::string hex = "14";
  for (int i = 0; i < 20; ++i) {
    question.locator.push_back(random.opaque<hash>());
    hex += to_string(question.locator.back());
  }
  check_message(question, hex);

  bytes body = from_hex(hex);
  body[0] = std::byte{21};
  check_refused<messages::get_headers>(body, speaking(3), decode_errc::over_limit, "count", 0);
  question.locator.push_back({});
  CHECK(encode(question, latest_version).error().code == encode_errc::over_limit);
}

TEST_CASE("a batch has up to 512 headers, and is encoded as it came") {
  for (const auto count : std::initializer_list<std::uint16_t>{0, 1, 3, 512}) {
    const bytes body = batch(count, count);
    const auto got = decode<messages::headers>(body, speaking(3));
    REQUIRE(got.has_value());
    REQUIRE(got->values.size() == count);
    for (std::uint16_t i = 0; i < count; ++i) {
      const auto alone = decode<messages::header>(written(some_header(i)), speaking(3));
      REQUIRE(got->values[i] == alone->value);
      REQUIRE(got->values[i].hash() == alone->value.hash());
    }
    CHECK(*encode(*got, latest_version) == body);
    CHECK(got->size(latest_version) == body.size());
  }
  check_refused<messages::headers>(batch(0, 513), speaking(3), decode_errc::over_limit, "count", 0);
}

TEST_CASE("a header stays alive after its batch is released") {
  header kept;
  {
    auto got = decode<messages::headers>(batch(3, 3), speaking(3));
    kept = got->values[1];
  }
  CHECK(kept.height() == 2);
  CHECK(kept.hash() == decode<messages::header>(written(some_header(1)), speaking(3))->value.hash());
}

TEST_CASE("an error in a batch has the index of the header, the field and the position") {
  bytes body = batch(3, 3);
  const std::size_t each = written(some_header()).size();
  body[2 + 2 * each + 1] = std::byte{9};  // the third one's version
  const auto got = decode<messages::headers>(body, speaking(3));
  REQUIRE_FALSE(got.has_value());
  CHECK(to_string(got.error()) ==
        "headers.headers[2].version at byte " + std::to_string(2 + 2 * each) + ": out of range");
}

TEST_CASE("a batch cut short, or longer than its count, is refused") {
  check_truncations<messages::headers>(batch(2, 2), speaking(3));
  const bytes body = batch(3, 2);
  const std::size_t end = batch(2, 2).size();
  check_refused<messages::headers>(body, speaking(3), decode_errc::trailing_bytes, "end", end);
}

}  // namespace messages_headers_test
