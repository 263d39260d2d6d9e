// Limits of the transactions that the stempool fluffs in one turn of the loop.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <variant>

#include <doctest/doctest.h>
#include <support/altered.hpp>
#include <support/made_up.hpp>

#include <pappus/peer/dandelion/limits.hpp>

#include "bench.hpp"

namespace dandelion_stempool_turns_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::dandelion_mode;
using support::bench;
using support::only;
using support::some_transaction;

TEST_CASE("waiting transactions are aggregated in several turns, each within its limit") {
  peer::dandelion_options options = only(dandelion_mode::fluff);
  options.max_per_peer = 1000;
  bench on{options};
  for (std::uint64_t seed = 1; seed <= 300; ++seed) on.receive(some_transaction(seed), 7);
  on.now = io::saturating_add(on.now, 30s);
  std::size_t turns = 0;
  while (on.pool.next_due() <= on.now) {
    const std::size_t before = on.to_aggregate.size();
    on.pool.tick(on.now);
    on.carry_out();
    CHECK(on.to_aggregate.size() <= before + 1);
    if (on.to_aggregate.size() != before) CHECK(on.to_aggregate.back().held.size() <= peer::limits::max_stems_per_turn);
    ++turns;
  }
  CHECK(turns >= 5);
  std::size_t all = 0;
  for (const auto& each : on.to_aggregate) all += each.held.size();
  CHECK(all == 300);
}

TEST_CASE("deadlines that expire at once are handled in several turns, also if the adapter responds at once") {
  for (const dandelion_mode mode : {dandelion_mode::fluff, dandelion_mode::stem}) {
    CAPTURE(mode);
    bench on{only(mode)};
    on.refuses_to_aggregate = true;
    constexpr std::size_t all = 5 * peer::limits::max_stems_per_turn;
    for (std::uint64_t seed = 1; seed <= all; ++seed) on.receive(some_transaction(seed), seed % 7 + 1);
    on.now += mode == dandelion_mode::fluff ? 31s : 24h;
    std::size_t turns = 0;
    while (on.pool.next_due() <= on.now && turns != 100) {
      const std::size_t before = on.fluffed.size();
      on.pool.tick(on.now);
      on.carry_out();
      CHECK(on.fluffed.size() - before <= peer::limits::max_stems_per_turn);
      ++turns;
    }
    CHECK(on.fluffed.size() == all);
    CHECK(turns >= 5);
  }
}

TEST_CASE("fluffs wait while few peers have room for the announcement, own ones like those of others") {
  for (const dandelion_mode mode : {dandelion_mode::fluff, dandelion_mode::stem}) {
    CAPTURE(mode);
    bench on{only(mode)};
    on.refuses_to_aggregate = true;
    const auto own = some_transaction(1'000);
    CHECK(on.submit(own));
    for (std::uint64_t seed = 1; seed <= 100; ++seed) on.receive(some_transaction(seed), 7);
    on.relays.fluff_room = 0;
    on.pass(24h);
    CHECK(on.fluffed.empty());
    CHECK(on.pool.size() == 101);
    on.relays.fluff_room = 1'000;
    on.pass(1min);
    CHECK(on.fluffed.size() >= 101);
    CHECK(on.pool.size() == 0);
  }
}

TEST_CASE("no more transactions are fluffed at once than peers have room for") {
  for (const dandelion_mode mode : {dandelion_mode::fluff, dandelion_mode::stem}) {
    CAPTURE(mode);
    bench on{only(mode)};
    on.refuses_to_aggregate = true;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) on.receive(some_transaction(seed), 7);
    on.relays.fluff_room = 10;
    on.now += 24h;
    on.pool.tick(on.now);
    std::size_t ordered = 0;
    while (const auto order = on.pool.next_order()) {
      if (const auto* const asks = std::get_if<peer::stem_action::validate>(&*order)) {
        on.pool.verified(on.now, *asks, true);
      } else if (const auto* const made = std::get_if<peer::stem_action::aggregate>(&*order)) {
        on.pool.aggregated(on.now, *made, {});
      } else if (std::holds_alternative<peer::stem_action::fluff>(*order)) {
        --on.relays.fluff_room;
        ++ordered;
      }
    }
    CHECK(ordered == 10);
    CHECK(on.pool.size() == 50);
  }
}

}  // namespace dandelion_stempool_turns_test
