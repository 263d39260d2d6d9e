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

TEST_CASE("the upper bound of the number of leaves is at most 32 above it") {
  const auto bounded = [](std::uint64_t size) {
    const std::uint64_t leaves = mmr::leaves(size);
    return mmr::max_leaves(size) >= leaves && mmr::max_leaves(size) - leaves <= 32;
  };
  for (std::uint64_t size = 0; size <= 10'000; ++size) REQUIRE(bounded(size));
  for (int bits = 1; bits < 64; ++bits) {
    const std::uint64_t power = std::uint64_t{1} << bits;
    for (const std::uint64_t size : {power - 2, power - 1, power, mmr::size(power - 1), mmr::size(power - 1) + 1}) {
      REQUIRE(bounded(size));
    }
  }
  CHECK(bounded(UINT64_MAX));
}

}  // namespace mmr_test
