// Summaries of lists of headers: what they say of the first, of the last, and of the links between them.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/integration/sync/headers_summary.hpp>
#include <pappus/wire/bytes.hpp>
#include <pappus/wire/header.hpp>

namespace headers_summary_test {

using namespace pappus;
using integration::summarize;

namespace {

void put(wire::bytes& raw, std::size_t at, std::uint64_t number) {
  for (std::size_t i = 0; i != 8; ++i) raw[at + i] = static_cast<std::byte>(number >> (56 - 8 * i));
}

wire::hash hash_of(std::uint64_t height) {
  wire::bytes number(8);
  put(number, 0, height);
  return wire::blake2b(number);
}

/// A header without a proof of work.
wire::header make_header(std::uint64_t height, std::uint64_t work, const wire::hash& before) {
  wire::bytes raw(wire::header::smallest);
  put(raw, 2, height);
  std::ranges::copy(before.raw, raw.begin() + 18);
  put(raw, 226, work);
  return {wire::share(std::move(raw)), hash_of(height)};
}

std::vector<wire::header> make_chain(std::uint64_t first, std::uint64_t count) {
  std::vector<wire::header> made;
  for (std::uint64_t height = first; height != first + count; ++height)
    made.push_back(make_header(height, 10 * height, hash_of(height - 1)));
  return made;
}

}  // namespace

TEST_CASE("a summary has both ends of a list of headers, with the work and height of the last") {
  const auto whole = summarize(make_chain(7, 512));
  CHECK(whole.count == 512);
  CHECK(whole.consecutive);
  CHECK(whole.before_first == hash_of(6));
  CHECK(whole.last == hash_of(518));
  CHECK(whole.tip == peer::chain_tip{5'180, 518});
}

TEST_CASE("a list is not consecutive if a header is missing, comes twice, or adds no work") {
  auto one_missing = make_chain(1, 9);
  one_missing.erase(one_missing.begin() + 4);
  CHECK_FALSE(summarize(one_missing).consecutive);
  auto one_twice = make_chain(1, 9);
  one_twice.insert(one_twice.begin() + 4, one_twice[4]);
  CHECK_FALSE(summarize(one_twice).consecutive);
  auto without_work = make_chain(1, 9);
  without_work.push_back(make_header(10, 90, hash_of(9)));
  CHECK_FALSE(summarize(without_work).consecutive);
}

TEST_CASE("the summary of no headers counts none") {
  CHECK(summarize({}).count == 0);
  CHECK(summarize({}).consecutive);
}

}  // namespace headers_summary_test
