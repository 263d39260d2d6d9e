// The embargo: its distribution, and how often the origin is the first to fluff.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <vector>

#include <doctest/doctest.h>
#include <support/made_up.hpp>
#include <support/sanitizers.hpp>

#include "bench.hpp"

namespace dandelion_embargo_test {

using namespace pappus;
using namespace std::chrono_literals;
using support::bench;
using support::only;
using support::some_transaction;

namespace {

/// With epochs that end after all deadlines.
peer::dandelion_options endless(peer::dandelion_scheme scheme) {
  peer::dandelion_options options = only(peer::dandelion_mode::stem, scheme);
  options.epoch = 1000h;
  return options;
}

double seconds(io::duration length) { return std::chrono::duration<double>{length}.count(); }

}  // namespace

TEST_CASE("the embargo is a floor plus an exponential time: Kolmogorov-Smirnov over 100,000 draws") {
  const auto tx = some_transaction(1);
  for (const auto scheme : {peer::dandelion_scheme::grin, peer::dandelion_scheme::dandelion_plus_plus}) {
    const peer::dandelion_options options = endless(scheme);
    const peer::embargo& drawn_from = options.embargo;
    constexpr std::size_t draws = support::sanitized ? 10'000 : 100'000;
    support::some_relays relays;
    std::vector<double> drawn;
    sim::xoshiro256 rng{42};
    for (std::size_t i = 0; i != draws; ++i) {
      peer::stempool pool{options, support::bench::usernet, true, relays, [&rng] { return rng(); }, {}};
      pool.received({}, tx, 7);
      drawn.push_back(seconds(pool.next_due() - io::time_point{}));
    }
    std::ranges::sort(drawn);
    double distance = 0;
    for (std::size_t i = 0; i != draws; ++i) {
      const double expected = 1 - std::exp(-(drawn[i] - seconds(drawn_from.floor)) / seconds(drawn_from.mean));
      const double below = static_cast<double>(i) / draws;
      const double adapter = static_cast<double>(i + 1) / draws;
      distance = std::max({distance, std::abs(expected - below), std::abs(expected - adapter)});
    }
    CHECK(drawn.front() >= seconds(drawn_from.floor));
    CHECK(distance < 1.63 / std::sqrt(draws));  // the limit for one seed in a hundred
  }
}

TEST_CASE(
    "of ten holders of a transaction, 0.2 s a hop apart, the origin is the first to fluff in at most 12% of runs") {
  const auto tx = some_transaction(1);
  const peer::dandelion_options options = endless(peer::dandelion_scheme::dandelion_plus_plus);
  support::some_relays relays;
  sim::xoshiro256 rng{42};
  constexpr int runs = support::sanitized ? 4'000 : 20'000;
  int first = 0;
  for (int run = 0; run != runs; ++run) {
    io::time_point origins = io::never;
    io::time_point others = io::never;
    for (int hop = 0; hop != 10; ++hop) {
      const io::time_point reached = io::saturating_add(io::time_point{}, 200ms * hop);
      peer::stempool pool{options, support::bench::usernet, true, relays, [&rng] { return rng(); }, reached};
      pool.received(reached, tx, 7);
      (hop == 0 ? origins : others) = std::min(hop == 0 ? origins : others, pool.next_due());
    }
    if (origins < others) ++first;
  }
  CHECK(first <= runs * 12 / 100);
  CHECK(first >= runs * 9 / 100);  // otherwise the draws differ by position
}

}  // namespace dandelion_embargo_test
