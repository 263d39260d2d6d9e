// Sizes of Merkle mountain ranges.
#include <doctest/doctest.h>

#include <pappus/wire/mmr.hpp>

namespace mmr_test {

using namespace pappus::wire;

TEST_CASE("the number of leaves of an MMR of each size") {
  // Counted while one is built: a leaf, then a parent for each pair of peaks of one height.
  std::uint64_t nodes = 0;
  for (std::uint64_t leaves = 1; leaves <= 5000; ++leaves) {
    ++nodes;
    for (std::uint64_t below = leaves; below % 2 == 0; below /= 2) ++nodes;
    REQUIRE(mmr::size(leaves) == nodes);
    REQUIRE(mmr::leaves(nodes) == leaves);
  }
}

TEST_CASE("an invalid size counts as the next valid one") {
  CHECK(mmr::leaves(0) == 0);
  CHECK(mmr::leaves(2) == 2);  // two leaves whose parent is not there yet
  CHECK(mmr::leaves(5) == 4);
  CHECK(mmr::leaves(6) == 4);
  CHECK(mmr::leaves(9) == 6);
  CHECK(mmr::leaves(UINT64_MAX) == std::uint64_t{1} << 63);
}

}  // namespace mmr_test
