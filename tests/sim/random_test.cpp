// Pseudo-random numbers of the simulation.
#include <algorithm>
#include <array>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/sim/random.hpp>

namespace random_test {

using namespace pappus;
using namespace std::chrono_literals;

TEST_CASE("splitmix64 gives the same numbers as its reference implementation") {
  sim::splitmix64 generator{1234567};
  for (const std::uint64_t expected : {6457827717110365317U, 3203168211198807973U, 9817491932198370423U}) {
    CHECK(generator() == expected);
  }
}

TEST_CASE("xoshiro256** gives the same numbers as its reference implementation, seeded by splitmix64") {
  sim::xoshiro256 generator{0};
  for (const std::uint64_t expected :
       {0x99ec5f36cb75f2b4U, 0xbf6e1f784956452aU, 0x1a5f849d4933e6e0U, 0x6aa594f1262d2d2cU}) {
    CHECK(generator() == expected);
  }
}

TEST_CASE("derived seeds differ for every purpose and every number") {
  std::vector<std::uint64_t> seeds;
  for (std::uint64_t first = 0; first != 20; ++first) {
    for (std::uint64_t second = 0; second != 20; ++second) {
      seeds.push_back(sim::derive(5, sim::rng_stream::process, first, second));
      seeds.push_back(sim::derive(5, sim::rng_stream::connection, first, second));
    }
  }
  std::sort(seeds.begin(), seeds.end());
  CHECK(std::unique(seeds.begin(), seeds.end()) == seeds.end());
  CHECK(sim::derive(5, sim::rng_stream::process, 0, 0) != sim::derive(6, sim::rng_stream::process, 0, 0));
}

TEST_CASE("uniform_below reaches all numbers below the bound with the same probability") {
  sim::splitmix64 generator{3};
  std::array<int, 7> seen{};
  for (int i = 0; i != 70'000; ++i) ++seen.at(sim::uniform_below(generator, seen.size()));
  for (const int count : seen) {
    CHECK(count > 9'500);
    CHECK(count < 10'500);
  }
  CHECK(sim::uniform_below(generator, 1) == 0);
}

TEST_CASE("the long-tailed distribution has its mean, and a tail") {
  sim::splitmix64 generator{3};
  io::duration sum{};
  int small = 0;
  int large = 0;
  constexpr int draws = 200'000;
  for (int i = 0; i != draws; ++i) {
    const io::duration drawn = sim::long_tailed(generator, 10ms);
    CHECK(drawn >= io::duration::zero());
    sum += drawn;
    if (drawn < 10ms) ++small;
    if (drawn > 50ms) ++large;
  }
  const double mean = static_cast<double>(sum.count()) / draws / 1e6;
  CHECK(mean > 9.9);
  CHECK(mean < 10.1);
  CHECK(small > draws * 60 / 100);
  CHECK(large > draws / 500);
  CHECK(sim::long_tailed(generator, 1h) < 64h);
}

}  // namespace random_test
