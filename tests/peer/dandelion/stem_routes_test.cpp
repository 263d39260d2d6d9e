// Routes of stems to relays.
#include <cstdint>
#include <map>
#include <optional>
#include <set>

#include <doctest/doctest.h>

#include <pappus/peer/dandelion/stem_routes.hpp>
#include <pappus/sim/random.hpp>

#include "bench.hpp"

namespace dandelion_stem_routes_test {

using namespace pappus;
using peer::stem_routes;
using support::some_relays;

namespace {

struct routes {
  explicit routes(std::size_t count, std::uint64_t seed = 1) : rng{sim::xoshiro256{seed}}, of{count, true, relays} {
    begin_epoch();
  }

  void begin_epoch() { of.begin_epoch(peer::keyed_hash::new_key(rng)); }

  some_relays relays;
  io::random_source rng;
  stem_routes of;
};

}  // namespace

TEST_CASE("within an epoch all stems of one source take one route, in the next epoch a new one") {
  routes on{2};
  std::set<std::uint64_t> seen;
  for (int epoch = 0; epoch != 50; ++epoch) {
    on.begin_epoch();
    std::map<std::uint64_t, std::uint64_t> first;
    for (int round = 0; round != 3; ++round) {
      for (std::uint64_t source = 0; source != 20; ++source) {
        const std::uint64_t relay = on.of.relay_for(source).value();
        CHECK(first.try_emplace(source, relay).first->second == relay);
      }
    }
    std::set<std::uint64_t> used;
    for (const auto& [source, relay] : first) used.insert(relay);
    CHECK(used.size() == 2);
    seen.insert(used.begin(), used.end());
  }
  CHECK(seen.size() == 4);
}

TEST_CASE("with one relay each outbound peer is equally likely to be it") {
  routes on{1};
  std::map<std::uint64_t, int> drawn;
  constexpr int epochs = 4000;
  for (int epoch = 0; epoch != epochs; ++epoch) {
    on.begin_epoch();
    const std::uint64_t relay = on.of.relay_for(stem_routes::ourselves).value();
    ++drawn[relay];
    CHECK(on.of.relay_for(7) == relay);
  }
  // A binomial distribution with p = 1/4: five standard deviations are 137.
  for (const auto& [relay, times] : drawn) CHECK(times == doctest::Approx(epochs / 4.0).epsilon(0.137));
}

TEST_CASE("two relays are of different netgroups; with one netgroup there is one relay") {
  routes on{2};
  on.relays.outbound = {{1, 9}, {2, 9}, {3, 9}, {4, 8}};
  for (int epoch = 0; epoch != 200; ++epoch) {
    on.begin_epoch();
    std::set<std::uint64_t> used;
    for (std::uint64_t source = 10; source != 30; ++source) used.insert(on.of.relay_for(source).value());
    CHECK(used.contains(4));
    CHECK(used.size() == 2);
  }
  on.relays.outbound = {{1, 9}, {2, 9}};
  on.begin_epoch();
  std::set<std::uint64_t> used;
  for (std::uint64_t source = 10; source != 30; ++source) used.insert(on.of.relay_for(source).value());
  CHECK(used.size() == 1);
}

TEST_CASE("a route moves once an epoch when its relay has left, and closes when the next one has left") {
  routes on{1};
  const std::uint64_t first = on.of.relay_for(7).value();
  on.relays.leave(first);
  const std::uint64_t second = on.of.relay_for(7).value();
  CHECK(second != first);
  CHECK(on.of.relay_for(stem_routes::ourselves) == second);
  on.relays.leave(second);
  CHECK(on.of.relay_for(7) == std::nullopt);
  CHECK(on.of.relays().empty());
  on.begin_epoch();
  CHECK(on.of.relay_for(7).has_value());
}

TEST_CASE("draws do not depend on which source needs them, when, or in which order") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    routes busy{2, seed};
    routes idle{2, seed};
    for (std::uint64_t source = 50; source != 0; --source) static_cast<void>(busy.of.relay_for(source));
    for (std::uint64_t source = 0; source != 50; ++source) {
      CHECK(busy.of.relay_for(source) == idle.of.relay_for(source));
    }
    busy.begin_epoch();
    idle.begin_epoch();
    CHECK(busy.of.relay_for(stem_routes::ourselves) == idle.of.relay_for(stem_routes::ourselves));
  }
}

TEST_CASE("each of two routes is equally likely to be that of a source, whatever the other sources have") {
  routes on{2};
  int apart = 0;
  constexpr int epochs = 4000;
  for (int epoch = 0; epoch != epochs; ++epoch) {
    on.begin_epoch();
    apart += on.of.relay_for(stem_routes::ourselves) != on.of.relay_for(7) ? 1 : 0;
  }
  // A binomial distribution with p = 1/2: five standard deviations are 158.
  CHECK(apart == doctest::Approx(epochs / 2.0).epsilon(0.08));
}

TEST_CASE("a peer that connects later becomes the relay of an epoch without one") {
  routes on{1};
  const auto all = std::exchange(on.relays.outbound, {});
  CHECK(on.of.relay_for(7) == std::nullopt);
  CHECK(on.of.relay_for(7) == std::nullopt);
  on.relays.outbound = all;
  CHECK(on.of.relay_for(7).has_value());
}

TEST_CASE("a stem is not sent back to its source") {
  routes on{1};
  const std::uint64_t relay = on.of.relay_for(7).value();
  CHECK(on.of.relay_for(relay) == std::nullopt);
}

}  // namespace dandelion_stem_routes_test
