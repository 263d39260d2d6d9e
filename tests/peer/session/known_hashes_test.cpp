// What a peer is known to have.
#include <cstddef>

#include <doctest/doctest.h>

#include <pappus/peer/session/known_hashes.hpp>

using namespace pappus;
using peer::known_hashes;

namespace {

wire::hash numbered(std::size_t number, std::byte beginning = {}) {
  wire::hash made;
  made.raw[0] = beginning;
  made.raw[30] = static_cast<std::byte>(number >> 8);
  made.raw[31] = static_cast<std::byte>(number);
  return made;
}

}  // namespace

TEST_CASE("what is remembered is known, however alike it is to something else") {
  known_hashes known;
  CHECK(known.add(numbered(1)));
  CHECK_FALSE(known.add(numbered(1)));
  CHECK(known.contains(numbered(1)));
  CHECK_FALSE(known.contains(numbered(2)));
  CHECK_FALSE(known.contains(numbered(1, std::byte{1})));
}

TEST_CASE("the oldest is forgotten first, and only when there is no more room") {
  known_hashes known;
  for (std::size_t n = 0; n != peer::limits::known_hashes; ++n) known.add(numbered(n));
  for (std::size_t n = 0; n != peer::limits::known_hashes; ++n) CHECK(known.contains(numbered(n)));
  known.add(numbered(1000, std::byte{9}));
  CHECK(known.contains(numbered(1000, std::byte{9})));
  CHECK_FALSE(known.contains(numbered(0)));
  CHECK(known.contains(numbered(1)));
}
