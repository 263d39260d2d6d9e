// The hash function against known answers, in one piece, in parts, and several side by side.
#include <cstddef>
#include <stdexcept>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/wire/hash.hpp>
#include <pappus/wire/hash_lanes.hpp>

#include "wire/with_lanes.hpp"

namespace hash_test {

using namespace pappus::wire;

namespace {

bytes_view view(std::string_view text) { return std::as_bytes(std::span{text}); }

/// Messages of their own memory each, so that a read past the end of one is an error.
std::vector<bytes> messages_of(const std::vector<std::size_t>& sizes) {
  std::vector<bytes> made;
  std::uint32_t state = 1;
  for (const std::size_t size : sizes) {
    bytes& message = made.emplace_back(size);
    for (std::byte& each : message) each = static_cast<std::byte>((state = state * 1'664'525 + 1'013'904'223) >> 24);
  }
  return made;
}

bool equal_one_by_one(const std::vector<bytes>& messages) {
  const std::vector<bytes_view> views(messages.begin(), messages.end());
  std::vector<hash> hashes(views.size());
  blake2b_many(views, hashes);
  bool equal = true;
  for (std::size_t i = 0; i < views.size(); ++i) equal = equal && hashes[i] == blake2b(views[i]);
  return equal;
}

}  // namespace

// From the reference implementation: b2sum -l 256.
TEST_CASE("the hash is BLAKE2b with 32 bytes of output and no key") {
  CHECK(to_string(blake2b(bytes_view{})) == "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
  CHECK(to_string(blake2b(view("abc"))) == "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

TEST_CASE("hashing parts gives the hash of the whole") {
  const std::string text(1000, 'x');
  const hash whole = blake2b(view(text));
  for (std::size_t cut = 0; cut <= text.size(); cut += 37) {
    const bytes_view all = view(text);
    CHECK(blake2b({all.first(cut), all.subspan(cut)}) == whole);
  }
  CHECK(blake2b({}) == blake2b(bytes_view{}));
}

TEST_CASE("messages of every length up to 1,024 bytes have the same hashes side by side as one by one") {
  for (const std::size_t lanes : supported_hash_lanes()) {
    CAPTURE(lanes);
    const samples::with_lanes chosen{lanes};
    std::vector<std::size_t> sizes;
    for (std::size_t size = 0; size <= 1024; ++size) {
      CHECK(equal_one_by_one(messages_of(std::vector<std::size_t>(lanes, size))));
      sizes.push_back(size);
    }
    CHECK(equal_one_by_one(messages_of(sizes)));
  }
}

TEST_CASE("any number of messages of different lengths have the same hashes side by side as one by one") {
  constexpr std::size_t lengths[] = {0, 1, 34, 127, 128, 129, 255, 256, 257, 1000, 5000};
  for (const std::size_t lanes : supported_hash_lanes()) {
    CAPTURE(lanes);
    const samples::with_lanes chosen{lanes};
    for (std::size_t count = 0; count <= 130; ++count) {
      std::vector<std::size_t> sizes;
      for (std::size_t i = 0; i < count; ++i) sizes.push_back(lengths[(i * 7 + count) % std::size(lengths)]);
      CHECK(equal_one_by_one(messages_of(sizes)));
    }
  }
}

TEST_CASE("a CPU's widest registers are used unless another number of lanes is selected") {
  const auto supported = supported_hash_lanes();
  REQUIRE_FALSE(supported.empty());
  CHECK(supported.front() == 1);
  CHECK(hash_lanes() == supported.back());
  CHECK_THROWS_AS(select_hash_lanes(3), std::invalid_argument);
  const samples::with_lanes chosen{1};
  CHECK(hash_lanes() == 1);
}

}  // namespace hash_test
