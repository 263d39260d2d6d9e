#include <chrono>
#include <map>
#include <set>
#include <vector>

#include <doctest/doctest.h>
#include <support/made_up.hpp>

#include "bench.hpp"

using namespace pappus;
using namespace std::chrono_literals;
using peer::dandelion_mode;
using peer::fluff_cause;
using peer::stem_fate;
using support::bench;
using support::only;
using support::some_transaction;

TEST_CASE("our own is stemmed in either kind of epoch, and fluffed by nobody but its deadline") {
  for (const dandelion_mode mode : {dandelion_mode::stem, dandelion_mode::fluff}) {
    CAPTURE(mode);
    bench on{only(mode)};
    const auto tx = some_transaction(1);
    CHECK(on.submit(tx));
    REQUIRE(on.sent.size() == 1);
    REQUIRE(on.kept.size() == 1);
    CHECK(on.kept[0].deadline > io::later({}, 180s));
    on.pass(180s);
    CHECK(on.fluffed.empty());
    on.pass(1h);
    REQUIRE(on.fluffed.size() == 1);
    CHECK(on.fluffed[0].second == fluff_cause::deadline);
    CHECK(on.over.at(0).own);
    CHECK(on.sent.size() == 1);
    CHECK(on.pool.size() == 0);
    CHECK(on.pool.bytes() == 0);
  }
}

TEST_CASE("another's goes on in an epoch of stemming, and is held in one of fluffing") {
  bench stemming{only(dandelion_mode::stem)};
  stemming.receive(some_transaction(1), 7);
  CHECK(stemming.sent.size() == 1);
  CHECK(stemming.kept.empty());

  bench fluffing{only(dandelion_mode::fluff)};
  fluffing.receive(some_transaction(1), 7);
  CHECK(fluffing.sent.empty());
  fluffing.pass(29s);
  CHECK(fluffing.fluffed.empty());
  fluffing.pass(1s);
  REQUIRE(fluffing.fluffed.size() == 1);
  CHECK(fluffing.fluffed[0].second == fluff_cause::hold_over);
  CHECK(fluffing.verifications == 1);
}

TEST_CASE("all that is held goes to the host to be aggregated, our own never") {
  bench on{only(dandelion_mode::fluff)};
  const auto first = some_transaction(1);
  const auto second = some_transaction(2);
  on.receive(first, 7);
  on.submit(some_transaction(3));
  on.pass(20s);
  on.receive(second, 8);
  on.pass(10s);
  REQUIRE(on.to_aggregate.size() == 1);
  CHECK(on.to_aggregate[0] == std::vector{first, second});
  CHECK(on.fluffed.empty());
  CHECK(on.pool.size() == 3);
}

TEST_CASE("what an aggregate leaves out is verified and fluffed by itself, or gone if it is not valid any more") {
  bench on{only(dandelion_mode::fluff)};
  const auto good = some_transaction(1);
  const auto odd = some_transaction(2);
  const auto bad = some_transaction(3);
  for (const auto& each : {good, odd, bad}) on.receive(each, 7);
  on.pass(30s);
  REQUIRE(on.to_aggregate.size() == 1);
  on.invalid = {bad};
  on.pool.aggregated(on.now, on.to_aggregate[0], {good});
  on.carry_out();
  REQUIRE(on.fluffed.size() == 2);
  CHECK(on.fluffed[0].first == good);
  CHECK(on.fluffed[1].first == odd);
  CHECK(on.fluffed[1].second == fluff_cause::hold_over);
  REQUIRE(on.over.size() == 3);
  CHECK(on.over[2].how == stem_fate::evicted);
  CHECK(on.pool.size() == 0);
}

TEST_CASE("what is aggregated weighs no more than a transaction may") {
  const std::uint64_t most = wire::parameters_of(wire::chain::usernet).limits.transaction_weight();
  peer::dandelion_options roomy = only(dandelion_mode::fluff);
  roomy.most_by_peer = 100'000;
  bench wide{roomy};
  std::uint64_t weight = 0;
  for (std::uint64_t seed = 1; weight <= 2 * most; ++seed) {
    const auto tx = some_transaction(seed);
    weight += tx->weight();
    wide.receive(tx, 7);
  }
  wide.pass(30s);
  CHECK(wide.to_aggregate.size() >= 2);
  for (const auto& group : wide.to_aggregate) {
    std::uint64_t together = 0;
    for (const auto& each : group) together += each->weight();
    CHECK(together <= most);
  }
}

TEST_CASE("what is held does not outlast its epoch") {
  peer::dandelion_options options = only(dandelion_mode::fluff);
  options.epoch = 60s;
  options.epoch_jitter = 0s;
  bench on{options};
  on.pass(50s);
  on.receive(some_transaction(1), 7);
  on.pass(10s);
  CHECK(on.fluffed.size() == 1);
  CHECK(on.pool.epoch() == 2);
}

TEST_CASE("a stem that comes again by another way goes on by that one's route and is not fluffed") {
  bench on{only(dandelion_mode::stem, peer::dandelion_scheme::dandelion_plus_plus)};
  const auto tx = some_transaction(1);
  for (std::uint64_t source = 1; source <= 20; ++source) on.receive(tx, source);
  CHECK(on.fluffed.empty());
  // Two relays, each sent it once.
  REQUIRE(on.sent.size() == 2);
  CHECK(on.sent[0].second != on.sent[1].second);
}

TEST_CASE("a stem that the same peer sends again is fluffed, be it stemmed, held, or not verified yet") {
  for (const dandelion_mode mode : {dandelion_mode::stem, dandelion_mode::fluff}) {
    CAPTURE(mode);
    bench on{only(mode)};
    const auto tx = some_transaction(1);
    on.receive(tx, 7);
    on.receive(tx, 7);
    REQUIRE(on.fluffed.size() == 1);
    CHECK(on.fluffed[0].second == fluff_cause::repeated);
  }
  bench on{only(dandelion_mode::stem)};
  const auto tx = some_transaction(1);
  on.silent = true;
  on.receive(tx, 7);
  on.receive(tx, 7);
  CHECK(on.fluffed.empty());
  on.pool.verified(on.now, tx->kernel_id(0), peer::phase::stem, true);
  on.carry_out();
  CHECK(on.fluffed.size() == 1);
  CHECK(on.sent.empty());
}

TEST_CASE("a looped stem does not make its origin fluff") {
  bench on{only(dandelion_mode::stem)};
  const auto tx = some_transaction(1);
  on.submit(tx);
  on.receive(tx, 7);
  CHECK(on.fluffed.empty());
  CHECK(on.sent.size() == 1);
}

TEST_CASE("whoever replays a stem cannot tell who has had it before from who has not") {
  const auto tx = some_transaction(1);
  bench origin{only(dandelion_mode::stem)};
  bench stranger{only(dandelion_mode::stem)};
  origin.submit(tx);
  for (bench* const each : {&origin, &stranger}) {
    each->receive(tx, 7);
    CHECK(each->fluffed.empty());
    each->receive(tx, 7);
    CHECK(each->fluffed.size() == 1);
    CHECK(each->sent.size() == 1);
  }
}

TEST_CASE("a route is moved once when its relay does not take it, then it is fluffed") {
  bench on{only(dandelion_mode::stem)};
  const auto tx = some_transaction(1);
  on.receive(tx, 7);
  REQUIRE(on.sent.size() == 1);
  on.refuse(tx, on.sent[0].second);
  REQUIRE(on.sent.size() == 2);
  CHECK(on.sent[1].second != on.sent[0].second);
  on.refuse(tx, on.sent[0].second);  // said twice
  CHECK(on.sent.size() == 2);
  on.refuse(tx, on.sent[1].second);
  REQUIRE(on.fluffed.size() == 1);
  CHECK(on.fluffed[0].second == fluff_cause::no_route);
}

TEST_CASE("without an outbound peer it is fluffed at once; without any peer it waits") {
  bench no_way{only(dandelion_mode::stem)};
  no_way.relays.outbound.clear();
  no_way.submit(some_transaction(1));
  REQUIRE(no_way.fluffed.size() == 1);
  CHECK(no_way.fluffed[0].second == fluff_cause::no_route);

  bench alone{only(dandelion_mode::stem)};
  alone.relays.outbound.clear();
  alone.relays.inbound = 0;
  alone.submit(some_transaction(1));
  alone.pass(24h);
  CHECK(alone.fluffed.empty());
  alone.relays.inbound = 1;
  alone.pass(10s);
  REQUIRE(alone.fluffed.size() == 1);
  CHECK(alone.fluffed[0].second == fluff_cause::deadline);
}

TEST_CASE("the deadline is drawn once: neither a new epoch nor another source moves it") {
  bench on{only(dandelion_mode::stem)};
  const auto tx = some_transaction(1);
  on.submit(tx);
  const io::time_point deadline = on.kept.at(0).deadline;
  on.receive(tx, 7);
  on.receive(tx, 8);
  peer::dandelion_options brief = only(dandelion_mode::stem);
  brief.epoch = 10s;
  on.pass(deadline - on.now - 1ns);
  CHECK(on.fluffed.empty());
  on.pass(1ns);
  CHECK(on.fluffed.size() == 1);
}

TEST_CASE("at its deadline a transaction is verified again, and gone if it is not valid any more") {
  bench on{only(dandelion_mode::stem)};
  const auto tx = some_transaction(1);
  on.receive(tx, 7);
  on.invalid = {tx};
  on.pass(1h);
  CHECK(on.fluffed.empty());
  REQUIRE(on.over.size() == 1);
  CHECK(on.over[0].how == stem_fate::evicted);
}

TEST_CASE("a host that never answers costs no more than a while") {
  bench on{only(dandelion_mode::stem)};
  on.silent = true;
  on.receive(some_transaction(1), 7);
  on.pass(1h);
  CHECK(on.pool.size() == 0);
  CHECK(on.over.at(0).how == stem_fate::evicted);
}

TEST_CASE("what is public is over, but only if all of it is") {
  bench on{only(dandelion_mode::stem)};
  const auto one = some_transaction(1);
  const auto other = some_transaction(2);
  on.receive(one, 7);
  on.receive(other, 7);
  std::vector<wire::hash> kernels{one->kernel_ids().begin(), one->kernel_ids().end()};
  on.pool.made_public(kernels, stem_fate::confirmed);
  on.carry_out();
  REQUIRE(on.over.size() == 1);
  CHECK(on.over[0].tx == one);
  CHECK(on.over[0].how == stem_fate::confirmed);
  CHECK(on.pool.contains(other->kernel_id(0)));
  if (other->kernel_ids().size() > 1) {
    on.pool.made_public(std::vector{other->kernel_id(0)}, stem_fate::seen);
    CHECK(on.pool.contains(other->kernel_id(0)));
  }
  on.pass(1h);
  CHECK(on.fluffed.size() == 1);
}

TEST_CASE("the stempool is bounded by number, by bytes and by peer, and what is in it is never given up for others") {
  peer::dandelion_options options = only(dandelion_mode::stem);
  options.most_by_peer = 3;
  options.most = 5;
  bench on{options};
  for (std::uint64_t seed = 1; seed <= 10; ++seed) on.receive(some_transaction(seed), 7);
  CHECK(on.pool.size() == 3);
  for (std::uint64_t seed = 11; seed <= 20; ++seed) on.receive(some_transaction(seed), 8);
  CHECK(on.pool.size() == 5);
  CHECK_FALSE(on.submit(some_transaction(21)));
  CHECK(on.pool.statistics().refused == 15);
  on.pass(1h);
  CHECK(on.fluffed.size() == 5);
  CHECK(on.submit(some_transaction(21)));

  options.most_bytes = some_transaction(1)->as_received().size();
  bench small{options};
  small.receive(some_transaction(1), 7);
  small.receive(some_transaction(2), 8);
  CHECK(small.pool.size() == 1);
}

TEST_CASE("what the last run has left is neither stemmed again nor fluffed before its time") {
  bench on{only(dandelion_mode::stem)};
  const auto tx = some_transaction(1);
  on.pool.restore(tx, io::later(on.now, 100s));
  on.carry_out();
  on.pass(99s);
  CHECK(on.sent.empty());
  CHECK(on.fluffed.empty());
  on.pass(1s);
  CHECK(on.sent.empty());
  REQUIRE(on.fluffed.size() == 1);
  CHECK(on.fluffed[0].second == fluff_cause::deadline);
}

TEST_CASE("whatever happens, every transaction leaves by its deadline, our own for one of four reasons") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    sim::xoshiro256 chance{seed};
    peer::dandelion_options options = peer::dandelion_options::of(
        seed % 2 == 0 ? peer::dandelion_scheme::grin : peer::dandelion_scheme::dandelion_plus_plus);
    options.stem_probability = 0.5;
    options.epoch = 100s;
    bench on{options, seed};
    std::vector<wire::transaction_ptr> all;
    std::map<std::uint64_t, std::set<std::uint64_t>> led;  // in this epoch, by source
    for (std::uint64_t i = 0; i != 60; ++i) {
      const std::uint64_t what = sim::below(chance, 10);
      if (what < 3) {
        all.push_back(some_transaction(seed * 1000 + i));
        on.submit(all.back());
      } else if (what < 6) {
        all.push_back(some_transaction(seed * 1000 + i));
        const std::uint64_t source = 1 + sim::below(chance, 5);
        on.receive(all.back(), source);
      } else if (what == 6 && !all.empty()) {
        const std::uint64_t which = sim::below(chance, all.size());
        const std::uint64_t source = 1 + sim::below(chance, 5);
        on.receive(all[which], source);
      } else if (what == 7 && !on.sent.empty()) {
        const std::uint64_t which = sim::below(chance, on.sent.size());
        const auto [tx, relay] = on.sent[which];
        on.refuse(tx, relay);
      } else if (what == 8 && on.relays.outbound.size() > 1) {
        on.relays.outbound.erase(on.relays.outbound.begin());
      } else {
        for (const auto& group : std::exchange(on.to_aggregate, {})) {
          on.pool.aggregated(on.now, group, {});
          on.carry_out();
        }
      }
      const io::duration pause{static_cast<io::duration::rep>(sim::below(chance, std::uint64_t{10'000'000'000}))};
      on.pass(pause);
    }
    on.pass(2h);
    CHECK(on.pool.size() == 0);
    CHECK(on.pool.bytes() == 0);
    for (const auto& each : on.over) {
      CHECK(each.how == stem_fate::fluffed);
      if (each.own) CHECK(each.why != fluff_cause::hold_over);
    }
  }
}
