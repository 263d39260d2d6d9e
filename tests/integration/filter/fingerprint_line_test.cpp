// A cache line of fingerprints.
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/integration/filter/fingerprint_line.hpp>
#include <pappus/mix64.hpp>

namespace filter_fingerprint_line_test {

using namespace pappus;
using integration::fingerprint_line;

namespace {

/// The `width` low bytes of a random entry, of that generation.
std::uint64_t numbered(std::uint64_t number, std::uint64_t generation, std::size_t width) {
  const std::uint64_t kept = mix64(number + 1) << (64 - 8 * width) >> (64 - 8 * width);
  return (kept & ~fingerprint_line::generation_mask) | generation;
}

}  // namespace

TEST_CASE("a line has as many slots as fit into 64 bytes, and keeps what is inserted") {
  static_assert(sizeof(fingerprint_line) == 64);
  CHECK(fingerprint_line::slots(3) == 21);
  CHECK(fingerprint_line::slots(4) == 15);
  CHECK(fingerprint_line::slots(5) == 12);
  for (std::size_t width = 3; width <= 8; ++width) {
    CAPTURE(width);
    fingerprint_line line;
    const std::size_t slots = fingerprint_line::slots(width);
    for (std::size_t n = 0; n != slots; ++n) {
      CHECK(line.size(width) == n);
      CHECK(line.insert(numbered(n, 1 + n % 3, width), width));
    }
    CHECK(line.size(width) == slots);
    CHECK_FALSE(line.insert(numbered(slots, 1, width), width));
    for (std::size_t n = 0; n != slots; ++n) CHECK(line.at(n, width) == numbered(n, 1 + n % 3, width));
  }
}

TEST_CASE("an entry is found by each bit of its fingerprint, whatever its generation and what is beyond its width") {
  for (std::size_t width = 3; width <= 8; ++width) {
    CAPTURE(width);
    fingerprint_line line;
    for (std::size_t n = 0; n != fingerprint_line::slots(width); ++n) line.insert(numbered(n, 2, width), width);
    for (std::size_t n = 0; n != fingerprint_line::slots(width); ++n) {
      for (unsigned bit = 0; bit != 64; ++bit) {
        const bool is_compared = bit >= fingerprint_line::generation_bits && bit < 8 * width;
        CHECK(line.contains(numbered(n, 2, width) ^ std::uint64_t{1} << bit, width) != is_compared);
      }
    }
  }
}

TEST_CASE("no fingerprint is found in free slots") {
  fingerprint_line line;
  CHECK_FALSE(line.contains(0, 3));
  line.insert(numbered(1, 1, 3), 3);
  line.erase(0);
  CHECK_FALSE(line.contains(numbered(1, 1, 3), 3));
  CHECK(line.at(0, 3) == 0);
  CHECK(line.size(3) == 0);
}

TEST_CASE("renewing gives an entry another generation, and tells the former one") {
  fingerprint_line line;
  line.insert(numbered(1, 4, 3), 3);
  CHECK(line.renew(numbered(2, 5, 3), 3) == 0);
  CHECK(line.renew(numbered(1, 5, 3), 3) == 4);
  CHECK(line.at(0, 3) == numbered(1, 5, 3));
  CHECK(line.size(3) == 1);
}

TEST_CASE("forgetting a generation frees its slots and no others, and withdraws all notes") {
  for (std::size_t width = 3; width <= 8; ++width) {
    CAPTURE(width);
    fingerprint_line line;
    for (std::size_t n = 0; n != fingerprint_line::slots(width); ++n)
      line.insert(numbered(n, n % 2 == 0 ? fingerprint_line::generation_mask : 1, width), width);
    line.note_overflow(numbered(99, 1, width), width);
    line.forget(fingerprint_line::generation_mask, width);
    for (std::size_t n = 0; n != fingerprint_line::slots(width); ++n)
      CHECK(line.at(n, width) == (n % 2 == 0 ? 0 : numbered(n, 1, width)));
    CHECK_FALSE(line.has_overflowed(numbered(99, 1, width), width));
    CHECK(line.insert(numbered(100, 1, width), width));
    CHECK(line.contains(numbered(100, 1, width), width));
  }
}

TEST_CASE("a note of an entry holds for one in eight others, and changes no slot") {
  for (std::size_t width = 3; width <= 8; ++width) {
    CAPTURE(width);
    fingerprint_line line;
    const std::size_t slots = fingerprint_line::slots(width);
    for (std::size_t n = 0; n != slots; ++n) line.insert(numbered(n, 1, width), width);
    line.note_overflow(numbered(99, 1, width), width);
    CHECK(line.has_overflowed(numbered(99, 2, width), width));
    int noted = 0;
    for (std::uint64_t n = 1'000; n != 9'000; ++n) noted += line.has_overflowed(numbered(n, 1, width), width) ? 1 : 0;
    CHECK(noted > 850);  // 1,000, five standard deviations of 30
    CHECK(noted < 1'150);
    for (std::size_t n = 0; n != slots; ++n) CHECK(line.at(n, width) == numbered(n, 1, width));
  }
}

}  // namespace filter_fingerprint_line_test
