#include <doctest/doctest.h>

#include <pappus/wire/mmr.hpp>

namespace mmr_test {

using namespace pappus::wire;

TEST_CASE("a range has as many leaves as were put into it") {
  // By building one: a leaf, then a parent for each pair of peaks of one height.
  std::uint64_t nodes = 0;
  for (std::uint64_t leaves = 1; leaves <= 5000; ++leaves) {
    ++nodes;
    for (std::uint64_t below = leaves; below % 2 == 0; below /= 2) ++nodes;
    REQUIRE(mmr::size(leaves) == nodes);
    REQUIRE(mmr::leaves(nodes) == leaves);
  }
}

TEST_CASE("a size at which no range ends counts as the next that does") {
  CHECK(mmr::leaves(0) == 0);
  CHECK(mmr::leaves(2) == 2);  // two leaves whose parent is not there yet
  CHECK(mmr::leaves(5) == 4);
  CHECK(mmr::leaves(6) == 4);
  CHECK(mmr::leaves(9) == 6);
  CHECK(mmr::leaves(UINT64_MAX) == std::uint64_t{1} << 63);
}

}  // namespace mmr_test
