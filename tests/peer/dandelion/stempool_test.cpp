// The stempool: the outcome of one transaction, and the limits of the pool.
#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/altered.hpp>
#include <support/made_up.hpp>

#include "bench.hpp"

namespace dandelion_stempool_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::dandelion_mode;
using peer::fluff_reason;
using peer::stem_outcome;
using support::bench;
using support::only;
using support::some_transaction;

TEST_CASE("own transactions are stemmed in both kinds of epochs, and fluffed at their deadline only") {
  for (const dandelion_mode mode : {dandelion_mode::stem, dandelion_mode::fluff}) {
    CAPTURE(mode);
    bench on{only(mode)};
    const auto tx = some_transaction(1);
    CHECK(on.submit(tx));
    REQUIRE(on.sent.size() == 1);
    REQUIRE(on.persisted.size() == 1);
    CHECK(on.persisted[0].deadline > io::saturating_add(io::time_point{}, 180s));
    on.pass(180s);
    CHECK(on.fluffed.empty());
    on.pass(1h);
    REQUIRE(on.fluffed.size() == 1);
    CHECK(on.fluffed[0].second == fluff_reason::embargo_expired);
    CHECK(on.finished.at(0).own == tx);
    CHECK(on.sent.size() == 1);
    CHECK(on.pool.size() == 0);
    CHECK(on.pool.bytes() == 0);
  }
}

TEST_CASE("the stems of others are relayed in a stem epoch, and wait to be aggregated in a fluff epoch") {
  bench stemming{only(dandelion_mode::stem)};
  stemming.receive(some_transaction(1), 7);
  CHECK(stemming.sent.size() == 1);
  CHECK(stemming.persisted.empty());

  bench fluffing{only(dandelion_mode::fluff)};
  fluffing.receive(some_transaction(1), 7);
  CHECK(fluffing.sent.empty());
  fluffing.pass(29s);
  CHECK(fluffing.fluffed.empty());
  fluffing.pass(1s);
  REQUIRE(fluffing.fluffed.size() == 1);
  CHECK(fluffing.fluffed[0].second == fluff_reason::aggregation_expired);
  CHECK(fluffing.validations.empty());
}

TEST_CASE(
    "a received transaction that the adapter submits becomes an own one: stemmed, persisted, and not aggregated") {
  for (const dandelion_mode mode : {dandelion_mode::stem, dandelion_mode::fluff}) {
    CAPTURE(mode);
    bench on{only(mode)};
    const auto tx = some_transaction(1);
    on.receive(tx, 7);
    CHECK(on.submit(tx));
    CHECK_FALSE(on.submit(tx));
    CHECK(on.persisted.size() == 1);
    CHECK(on.sent.size() == 1);
    on.pass(180s);
    CHECK(on.fluffed.empty());
    on.pass(1h);
    REQUIRE(on.finished.size() == 1);
    CHECK(on.finished[0].reason == fluff_reason::embargo_expired);
    CHECK(on.finished[0].own == tx);
  }
}

TEST_CASE("the deadline is drawn once: neither a new epoch nor another source changes it") {
  bench on{only(dandelion_mode::stem)};
  const auto tx = some_transaction(1);
  on.submit(tx);
  const io::time_point deadline = on.persisted.at(0).deadline;
  on.receive(tx, 7);
  on.receive(tx, 8);
  peer::dandelion_options brief = only(dandelion_mode::stem);
  brief.epoch = 10s;
  on.pass(deadline - on.now - 1ns);
  CHECK(on.fluffed.empty());
  on.pass(1ns);
  CHECK(on.fluffed.size() == 1);
}

TEST_CASE("a transaction is finished when all of its kernels are public, not before") {
  bench on{only(dandelion_mode::stem)};
  const auto one = some_transaction(1);
  const auto other = some_transaction(2);
  on.receive(one, 7);
  on.receive(other, 7);
  std::vector<wire::hash> kernels{one->kernel_hashes().begin(), one->kernel_hashes().end()};
  on.pool.made_public(kernels, stem_outcome::confirmed);
  on.carry_out();
  REQUIRE(on.finished.size() == 1);
  CHECK(on.finished[0].outcome == stem_outcome::confirmed);
  CHECK_FALSE(on.pool.find(*one));
  CHECK(on.pool.find(*other));
  REQUIRE(other->kernel_hashes().size() > 1);
  on.pool.made_public(std::vector{other->kernel_hash(0)}, stem_outcome::seen);
  CHECK(on.pool.find(*other));
  on.pass(1h);
  CHECK(on.fluffed.size() == 1);
}

TEST_CASE("when a transaction becomes public all its copies are finished, those with more kernels are not") {
  bench on{only(dandelion_mode::stem)};
  const auto tx = some_transaction(1);
  for (const support::alteration each : support::alterations) on.receive(support::altered(1, each), 7);
  REQUIRE(on.pool.size() == 7);
  on.pool.made_public(std::vector<wire::hash>{tx->kernel_hashes().begin(), tx->kernel_hashes().end()},
                      stem_outcome::seen);
  on.carry_out();
  CHECK(on.finished.size() == 3);  // itself, and copies with another offset or proof
  using support::alteration;
  for (const alteration each : {alteration::none, alteration::offset, alteration::proof}) {
    CHECK_FALSE(on.pool.find(*support::altered(1, each)));
  }
}

TEST_CASE("the stempool has limits of transactions, of bytes and by peer, and evicts no transaction") {
  peer::dandelion_options options = only(dandelion_mode::stem);
  options.max_per_peer = 3;
  options.max_transactions = 5;
  bench on{options};
  for (std::uint64_t seed = 1; seed <= 10; ++seed) on.receive(some_transaction(seed), 7);
  CHECK(on.pool.size() == 3);
  for (std::uint64_t seed = 11; seed <= 20; ++seed) on.receive(some_transaction(seed), 8);
  CHECK(on.pool.size() == 5);
  CHECK(on.pool.statistics().refused == 15);
  for (std::uint64_t seed = 21; seed <= 25; ++seed) CHECK(on.submit(some_transaction(seed)));  // whatever others send
  CHECK_FALSE(on.submit(some_transaction(26)));
  CHECK(on.sent.size() == 10);
  on.pass(1h);
  CHECK(on.fluffed.size() == 10);
  CHECK(on.pool.size() == 0);
  CHECK(on.submit(some_transaction(26)));

  options.max_bytes = some_transaction(1)->raw_bytes().size();
  bench small{options};
  small.receive(some_transaction(1), 7);
  small.receive(some_transaction(2), 8);
  CHECK(small.pool.size() == 1);
}

TEST_CASE("after any events every transaction has left by its deadline, an own one never after aggregation") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    sim::xoshiro256 rng{seed};
    peer::dandelion_options options = peer::dandelion_options::of(
        seed % 2 == 0 ? peer::dandelion_scheme::grin : peer::dandelion_scheme::dandelion_plus_plus);
    options.stem_probability = 0.5;
    options.epoch = 100s;
    bench on{options, seed};
    std::vector<wire::transaction_ptr> all;
    for (std::uint64_t i = 0; i != 60; ++i) {
      const std::uint64_t what = sim::uniform_below(rng, 10);
      if (what < 3) {
        all.push_back(some_transaction(seed * 1000 + i));
        on.submit(all.back());
      } else if (what < 6) {
        all.push_back(some_transaction(seed * 1000 + i));
        const std::uint64_t source = 1 + sim::uniform_below(rng, 5);
        on.receive(all.back(), source);
      } else if (what == 6 && !all.empty()) {
        const std::uint64_t which = sim::uniform_below(rng, all.size());
        const std::uint64_t source = 1 + sim::uniform_below(rng, 5);
        on.receive(all[which], source);
      } else if (what == 7 && !on.sent.empty()) {
        const std::uint64_t which = sim::uniform_below(rng, on.sent.size());
        const auto [tx, relay] = on.sent[which];
        on.refuse(tx, relay);
      } else if (what == 8 && sim::uniform_below(rng, 2) == 0) {
        for (const auto& each : on.relays.outbound) on.relays.stem_room[each.peer] = sim::uniform_below(rng, 3);
      } else if (what == 8 && on.relays.outbound.size() > 1) {
        on.relays.outbound.erase(on.relays.outbound.begin());
      } else {
        for (const auto& group : std::exchange(on.to_aggregate, {})) {
          on.pool.aggregated(on.now, group, {});
          on.carry_out();
        }
      }
      const io::duration pause{static_cast<io::duration::rep>(sim::uniform_below(rng, std::uint64_t{10'000'000'000}))};
      on.pass(pause);
    }
    on.pass(2h);
    CHECK(on.pool.size() == 0);
    CHECK(on.pool.bytes() == 0);
    for (const auto& each : on.finished) {
      CHECK(each.outcome == stem_outcome::fluffed);
      if (each.own != nullptr) CHECK(each.reason != fluff_reason::aggregation_expired);
    }
  }
}

}  // namespace dandelion_stempool_test
