// Delays between attempts to connect.
#include <algorithm>
#include <limits>

#include <doctest/doctest.h>

#include <pappus/io/backoff.hpp>
#include <pappus/sim/world.hpp>

#include "../support/extremes.hpp"

namespace backoff_test {

using namespace pappus;
using namespace std::chrono_literals;

namespace {

io::backoff_options options(io::duration first, io::duration longest, double factor, double jitter) {
  io::backoff_options made;
  made.initial = first;
  made.max = longest;
  made.multiplier = factor;
  made.jitter = jitter;
  return made;
}

}  // namespace

TEST_CASE("without jitter delays grow by the multiplier up to the maximum, and restart after a reset") {
  sim::world world{1};
  sim::machine& machine = world.add_machine();
  io::backoff wait{options(1s, 10s, 2.0, 0.0)};
  for (int round = 0; round != 2; ++round) {
    for (const io::duration expected : {1s, 2s, 4s, 8s, 10s, 10s}) CHECK(wait.next(machine) == expected);
    wait.reset();
  }
}

TEST_CASE("delays that are skipped are those that would have come") {
  sim::world world{1};
  sim::machine& machine = world.add_machine();
  for (const std::uint32_t skipped : {0U, 1U, 3U, 5U, 4'000'000'000U}) {
    io::backoff wait{options(1s, 10s, 2.0, 0.0)};
    wait.skip(skipped);
    io::backoff other{options(1s, 10s, 2.0, 0.0)};
    for (std::uint32_t i = 0; i != std::min(skipped, 10U); ++i) static_cast<void>(other.next(machine));
    CHECK(wait.next(machine) == other.next(machine));
  }
  io::backoff constant{options(1s, 10s, 1.0, 0.0)};
  constant.skip(4'000'000'000U);
  CHECK(constant.next(machine) == 1s);
}

TEST_CASE("by default, delays double from a second to five minutes, and are shortened by half at most") {
  sim::world world{1};
  sim::machine& machine = world.add_machine();
  io::backoff wait;
  for (const io::duration expected : {1s, 2s, 4s, 8s, 16s, 32s, 64s, 128s, 256s, 300s, 300s}) {
    const io::duration drawn = wait.next(machine);
    CHECK(drawn <= expected);
    CHECK(drawn >= expected / 2);
  }
}

TEST_CASE("jitter shortens each delay by at most its share, evenly distributed") {
  sim::world world{1};
  sim::machine& machine = world.add_machine();
  io::backoff wait{options(1s, 1s, 1.0, 0.25)};
  io::duration shortest = 1h;
  io::duration longest{};
  for (int i = 0; i != 1000; ++i) {
    const io::duration drawn = wait.next(machine);
    shortest = std::min(shortest, drawn);
    longest = std::max(longest, drawn);
  }
  CHECK(shortest >= 750ms);
  CHECK(shortest < 755ms);
  CHECK(longest <= 1s);
  CHECK(longest > 995ms);
}

TEST_CASE("no delay is longer than the maximum, not even the first") {
  sim::world world{1};
  sim::machine& machine = world.add_machine();
  io::backoff wait{options(1min, 10s, 2.0, 0.0)};
  CHECK(wait.next(machine) == 10s);
  wait.reset();
  CHECK(wait.next(machine) == 10s);
}

TEST_CASE("delays without a maximum grow until they are infinite") {
  sim::world world{1};
  sim::machine& machine = world.add_machine();
  io::backoff wait{options(1h, io::duration::max(), 10.0, 0.0)};
  io::duration previous{};
  for (int i = 0; i != 20; ++i) {
    const io::duration next = wait.next(machine);
    CHECK(next >= previous);
    previous = next;
  }
  CHECK(previous > 24h * 365 * 200);
}

TEST_CASE(
    "with any options no delay is negative, longer than the maximum, or, without jitter, shorter than the one before") {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
  sim::world world{1};
  sim::machine& machine = world.add_machine();
  for (const io::duration first : support::extremes()) {
    for (const io::duration longest : support::extremes()) {
      for (const double factor : {-infinite, -1.0, 0.0, 0.5, 2.0, infinite, not_a_number}) {
        for (const double jitter : {-infinite, -1.0, 0.0, 2.0, infinite, not_a_number}) {
          io::backoff wait{options(first, longest, factor, jitter)};
          io::duration previous;
          for (int i = 0; i != 3; ++i) {
            const io::duration next = wait.next(machine);
            REQUIRE(next >= 0s);
            REQUIRE(next <= std::max(longest, io::duration::zero()));
            if (jitter <= 0) REQUIRE(next >= previous);
            previous = next;
          }
        }
      }
    }
  }
}

}  // namespace backoff_test
