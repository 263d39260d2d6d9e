// A batch of headers, decoded while it arrives.
#include <algorithm>
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/wire/headers_decoder.hpp>
#include <pappus/wire/messages/headers.hpp>

#include "wire/samples.hpp"

namespace headers_decoder_test {

using namespace samples;

namespace {

bytes batch_of(std::uint16_t count, std::uint16_t declared) {
  writer out{latest_version};
  out.u16(declared);
  for (std::uint16_t i = 0; i < count; ++i) out.raw(written(some_header(i)));
  return *std::move(out).finish();
}

/// Feeds the body in pieces of `step` bytes; returns all headers, and records how many came at once.
decode_result<std::vector<header>> read_in_steps(const bytes& body, std::size_t step, std::size_t max_at_once,
                                                 std::vector<std::size_t>* batches = nullptr) {
  headers_decoder in;
  std::vector<header> all;
  for (std::size_t arrived = 0; arrived < body.size();) {
    arrived = std::min(arrived + step, body.size());
    for (;;) {
      PAPPUS_TRY(batch, in.next(bytes_view{body}.first(arrived), speaking(3), max_at_once));
      if (batch.empty()) break;
      if (batches != nullptr) batches->push_back(batch.size());
      all.insert(all.end(), batch.begin(), batch.end());
    }
  }
  PAPPUS_TRY_DISCARD(in.finish(body, speaking(3)));
  CHECK(in.decoded_count() == all.size());
  return all;
}

}  // namespace

TEST_CASE("a batch that arrives in pieces has the headers of the whole message") {
  for (const std::uint16_t count : std::vector<std::uint16_t>{0, 1, 31, 32, 33, 100}) {
    const bytes body = batch_of(count, count);
    const auto whole = decode<messages::headers>(body, speaking(3)).value().values;
    for (const std::size_t step : std::vector<std::size_t>{1, 7, 300, 1000, body.size()}) {
      const auto got = read_in_steps(body, step, 32);
      REQUIRE(got.has_value());
      CHECK(*got == whole);
    }
  }
}

TEST_CASE("headers are returned as soon as a batch of them has arrived, the last ones at the end") {
  std::vector<std::size_t> batches;
  const bytes body = batch_of(70, 70);
  REQUIRE(read_in_steps(body, 50, 32, &batches).has_value());
  CHECK(batches == std::vector<std::size_t>{32, 32, 6});

  headers_decoder in;
  const std::size_t first_32 = 2 + 32 * (body.size() - 2) / 70;
  CHECK(in.next(bytes_view{body}.first(first_32 - 1), speaking(3), 32).value().empty());
  CHECK(in.next(bytes_view{body}.first(first_32), speaking(3), 32).value().size() == 32);
}

TEST_CASE("a batch that arrives in pieces has the errors of the whole message") {
  const auto check = [](const bytes& body) {
    const auto whole = decode<messages::headers>(body, speaking(3));
    REQUIRE(!whole.has_value());
    for (const std::size_t step : std::vector<std::size_t>{1, 100, body.size()}) {
      const auto got = read_in_steps(body, step, 32);
      REQUIRE(!got.has_value());
      CHECK(to_string(got.error()) == to_string(whole.error()));
    }
  };
  check(batch_of(3, 4));    // one is missing
  check(batch_of(4, 3));    // one is left over
  check(batch_of(0, 513));  // more than there may be
  check({std::byte{0}});    // not even a count

  bytes late = batch_of(40, 40);
  late[2 + 35 * ((late.size() - 2) / 40) + header::proof_offset - 1] = std::byte{9};  // invalid edge bits
  check(late);
}

}  // namespace headers_decoder_test
