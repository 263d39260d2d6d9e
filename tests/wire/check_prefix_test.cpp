// Messages with long lists, checked while they arrive.
#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/wire/grin_messages.hpp>

#include "wire/samples.hpp"

namespace check_prefix_test {

using namespace samples;

namespace {

/// The result for a body that arrives in pieces of `step` bytes and is checked after each; `at` is the number of bytes
/// that had arrived when the error was found.
template <class Message>
decode_result<Message> arriving(const bytes& body, const codec_context& spoken, std::size_t step,
                                std::size_t* at = nullptr) {
  order_progress known;
  for (std::size_t arrived = step; arrived < body.size(); arrived += step) {
    if (at != nullptr) *at = arrived;
    PAPPUS_TRY_DISCARD(check_prefix<Message>(bytes_view{body}.first(arrived), spoken, known));
    CHECK(known.end <= arrived);
  }
  if (at != nullptr) *at = body.size();
  return decode<Message>(reader{body, spoken, known, false});
}

const std::vector<std::size_t> steps{1, 33, 34, 100, 713, 5000};

}  // namespace

TEST_CASE("a transaction that arrives in pieces is decoded like the whole message") {
  for (const std::uint32_t version : versions) {
    const bytes body = written(some_draft(4, 40, 5), version);
    const auto whole = decode<messages::transaction>(body, speaking(version));
    REQUIRE(whole.has_value());
    for (const std::size_t step : steps) {
      const auto got = arriving<messages::transaction>(body, speaking(version), step);
      REQUIRE(got.has_value());
      CHECK(std::ranges::equal(got->tx->raw_bytes(), body));
      CHECK(std::ranges::equal(got->tx->kernel_hashes(), whole->tx->kernel_hashes()));
    }
  }
}

TEST_CASE("a block that arrives in pieces is decoded like the whole message") {
  for (const std::uint32_t version : versions) {
    const bytes body = written(some_header(), some_draft(4, 40, 5), version);
    const auto whole = decode<messages::block>(body, speaking(version));
    REQUIRE(whole.has_value());
    for (const std::size_t step : steps) {
      const auto got = arriving<messages::block>(body, speaking(version), step);
      REQUIRE(got.has_value());
      CHECK(got->value->hash() == whole->value->hash());
      CHECK(std::ranges::equal(got->value->raw_bytes(), body));
    }
  }
}

TEST_CASE("elements checked on arrival are not hashed again") {
  const bytes body = written(some_draft(4, 40, 5), 3);
  const std::size_t inputs_at = 32 + 3 * 8;
  order_progress known;
  REQUIRE(check_prefix<messages::transaction>(bytes_view{body}.first(inputs_at + 10 * 33), speaking(3), known));
  CHECK(known.end == inputs_at + 10 * 33);
  CHECK(known.last == blake2b(bytes_view{body}.subspan(inputs_at + 9 * 33, 33)));
  const std::size_t output = 34 + 8 + limits::range_proof_size;
  REQUIRE(
      check_prefix<messages::transaction>(bytes_view{body}.first(inputs_at + 40 * 33 + output), speaking(3), known));
  CHECK(known.end == inputs_at + 40 * 33 + output);
}

TEST_CASE("two elements in the wrong order are the same error as in the whole message, found as soon as they arrived") {
  const std::size_t count = 12;
  for (const std::uint32_t version : versions) {
    const std::size_t size = version <= 2 ? 34 : 33;
    const bytes valid = written(some_draft(5, count, 2), version);
    for (std::size_t i = 0; i + 1 < count; ++i) {
      bytes body = valid;
      const auto first = body.begin() + static_cast<std::ptrdiff_t>(32 + 3 * 8 + i * size);
      const auto second = first + static_cast<std::ptrdiff_t>(size);
      std::swap_ranges(first, second, second);
      const auto whole = decode<messages::transaction>(body, speaking(version));
      REQUIRE_FALSE(whole.has_value());
      for (const std::size_t step : steps) {
        std::size_t at = 0;
        const auto got = arriving<messages::transaction>(body, speaking(version), step, &at);
        REQUIRE_FALSE(got.has_value());
        CHECK(to_string(got.error()) == to_string(whole.error()));
        CHECK(at < std::min(32 + 3 * 8 + (i + 3) * size + step, body.size() + 1));
      }
    }
  }
}

TEST_CASE("messages without long lists are not checked before they are complete") {
  const bytes wrong(100, std::byte{0xff});
  order_progress known;
  CHECK(grin_messages::check_prefix({{messages::headers::code, 1000}, true, wrong}, speaking(3), known).has_value());
  CHECK(known.end == 0);
  const auto got = grin_messages::check_prefix({{messages::transaction::code, 1000}, true, wrong}, speaking(3), known);
  REQUIRE_FALSE(got.has_value());
  CHECK(got.error().code == decode_errc::over_weight);
}

}  // namespace check_prefix_test
