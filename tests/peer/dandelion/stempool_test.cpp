#include <chrono>
#include <map>
#include <set>
#include <vector>

#include <doctest/doctest.h>
#include <support/altered.hpp>
#include <support/made_up.hpp>

#include <pappus/peer/dandelion/limits.hpp>

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

TEST_CASE("our own is stemmed in either kind of epoch, and fluffed by nobody but its deadline") {
  for (const dandelion_mode mode : {dandelion_mode::stem, dandelion_mode::fluff}) {
    CAPTURE(mode);
    bench on{only(mode)};
    const auto tx = some_transaction(1);
    CHECK(on.submit(tx));
    REQUIRE(on.sent.size() == 1);
    REQUIRE(on.kept.size() == 1);
    CHECK(on.kept[0].deadline > io::saturating_add(io::time_point{}, 180s));
    on.pass(180s);
    CHECK(on.fluffed.empty());
    on.pass(1h);
    REQUIRE(on.fluffed.size() == 1);
    CHECK(on.fluffed[0].second == fluff_reason::embargo_expired);
    CHECK(on.over.at(0).own == tx);
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
  CHECK(fluffing.fluffed[0].second == fluff_reason::aggregation_expired);
  CHECK(fluffing.asked.empty());
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
  REQUIRE(on.to_aggregate[0].held.size() == 2);
  CHECK(on.to_aggregate[0].held[0]->hash() == first->hash());
  CHECK(on.to_aggregate[0].held[1]->hash() == second->hash());
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
  CHECK(on.fluffed[1].first->hash() == odd->hash());
  CHECK(on.fluffed[1].second == fluff_reason::aggregation_expired);
  REQUIRE(on.over.size() == 3);
  CHECK(on.over[2].outcome == stem_outcome::invalid);
  CHECK(on.pool.size() == 0);
}

TEST_CASE("what is aggregated weighs no more than a transaction may") {
  const std::uint64_t most = wire::chain_parameters_for(wire::chain_type::usernet).limits.transaction_weight();
  peer::dandelion_options roomy = only(dandelion_mode::fluff);
  roomy.max_per_peer = 100'000;
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
    for (const auto& each : group.held) together += each->weight();
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

TEST_CASE("a stem that the same peer sends again is passed over, be it stemmed, held, or waiting") {
  for (const dandelion_mode mode : {dandelion_mode::stem, dandelion_mode::fluff}) {
    CAPTURE(mode);
    bench on{only(mode)};
    const auto tx = some_transaction(1);
    for (int time = 0; time != 5; ++time) on.receive(tx, 7);
    CHECK(on.fluffed.empty());
    CHECK(on.sent.size() == (mode == dandelion_mode::stem ? 1 : 0));
    CHECK(on.pool.size() == 1);
    CHECK(on.pool.statistics().repeated == 4);
  }
  bench on{only(dandelion_mode::stem)};
  for (const auto& each : on.relays.outbound) on.relays.taken[each.peer] = 0;
  for (int time = 0; time != 5; ++time) on.receive(some_transaction(1), 7);
  on.relays.taken.clear();
  on.pass(1s);
  CHECK(on.sent.size() == 1);
}

TEST_CASE("a looped stem does not make its origin fluff") {
  bench on{only(dandelion_mode::stem)};
  const auto tx = some_transaction(1);
  on.submit(tx);
  on.receive(tx, 7);
  CHECK(on.fluffed.empty());
  CHECK(on.sent.size() == 1);
}

TEST_CASE("a copy in which anything differs is another transaction, and the same in another form is not") {
  const auto tx = some_transaction(1);
  for (const support::alteration each : support::alterations) {
    CAPTURE(support::to_string(each));
    bench on{only(dandelion_mode::stem)};
    on.submit(tx);
    on.receive(support::altered(1, each), 7);
    const bool same = each == support::alteration::none;
    CHECK(on.pool.size() == (same ? 1 : 2));
    CHECK(on.sent.size() == (same ? 1 : 2));
    CHECK(on.fluffed.empty());
  }
  for (const std::uint32_t version : {1u, 2u, 3u}) {
    bench on{only(dandelion_mode::stem)};
    on.submit(tx);
    on.receive(some_transaction(1, version), 7);
    CHECK(on.pool.size() == 1);
    CHECK(on.sent.size() == 1);
  }
}

TEST_CASE(
    "when its relay goes before it is written it is sent to another, once an epoch, and then waits for the next") {
  for (const bool own : {false, true}) {
    CAPTURE(own);
    peer::dandelion_options options = only(dandelion_mode::stem);
    options.epoch = 100s;
    options.epoch_jitter = 0s;
    bench on{options};
    const auto tx = some_transaction(1);
    if (own) on.submit(tx);
    else on.receive(tx, 7);
    for (std::size_t sent = 1; sent <= 2; ++sent) {
      REQUIRE(on.sent.size() == sent);
      on.lose(on.sent.back().second);
    }
    CHECK(on.sent.size() == 2);
    CHECK(on.relays.outbound.size() == 2);
    on.pass(99s);
    CHECK(on.sent.size() == 2);
    on.pass(1s);
    CHECK(on.sent.size() == 3);
    CHECK(on.relays.is_connected(on.sent[2].second));
    CHECK(on.fluffed.empty());
  }
}

TEST_CASE("what cannot be sent to a relay that is there is tried again in a while, not at once") {
  bench on{only(dandelion_mode::stem)};
  const auto tx = some_transaction(1);
  on.receive(tx, 7);
  for (std::size_t sent = 1; sent <= 5; ++sent) {
    REQUIRE(on.sent.size() == sent);
    on.refuse(tx, on.sent.back().second);
    CHECK(on.sent.size() == sent);
    on.pass(peer::limits::stem_retry_interval);
    CHECK(on.sent.back().second == on.sent.front().second);
  }
  CHECK(on.fluffed.empty());
}

TEST_CASE("without an outbound peer it waits for one until its deadline, be it our own or another's") {
  for (const bool own : {false, true}) {
    CAPTURE(own);
    bench on{only(dandelion_mode::stem)};
    const auto all = std::exchange(on.relays.outbound, {});
    on.relays.looked_for = true;
    const auto first = some_transaction(1);
    const auto second = some_transaction(2);
    if (own) on.submit(first);
    else on.receive(first, 7);
    on.pass(100s);
    CHECK(on.sent.empty());
    on.relays.outbound = all;
    on.pass(1s);
    CHECK(on.sent.size() == 1);
    on.relays.outbound.clear();
    if (own) on.submit(second);
    else on.receive(second, 7);
    CHECK(on.fluffed.empty());
    on.pass(1h);
    REQUIRE(on.fluffed.size() == 2);
    for (const auto& each : on.fluffed) CHECK(each.second == fluff_reason::embargo_expired);
  }
}

TEST_CASE("where no outbound peer is looked for it is fluffed at once; without any peer it waits") {
  for (const bool own : {false, true}) {
    CAPTURE(own);
    bench no_way{only(dandelion_mode::stem)};
    no_way.relays.outbound.clear();
    if (own) no_way.submit(some_transaction(1));
    else no_way.receive(some_transaction(1), 7);
    REQUIRE(no_way.fluffed.size() == 1);
    CHECK(no_way.fluffed[0].second == fluff_reason::no_relay);
  }
  bench alone{only(dandelion_mode::stem)};
  alone.relays.outbound.clear();
  alone.relays.inbound = 0;
  alone.submit(some_transaction(1));
  alone.pass(24h);
  CHECK(alone.fluffed.empty());
  alone.relays.inbound = 1;
  alone.pass(10s);
  REQUIRE(alone.fluffed.size() == 1);
  CHECK(alone.fluffed[0].second == fluff_reason::embargo_expired);
}

TEST_CASE("nothing is sent back to where it came from: it waits for its deadline") {
  bench on{only(dandelion_mode::stem)};
  on.submit(some_transaction(1));
  REQUIRE(on.sent.size() == 1);
  on.receive(some_transaction(2), on.sent[0].second);
  CHECK(on.sent.size() == 1);
  CHECK(on.fluffed.empty());
  on.pass(1h);
  CHECK(on.sent.size() == 1);
  REQUIRE(on.fluffed.size() == 2);
  for (const auto& each : on.fluffed) CHECK(each.second == fluff_reason::embargo_expired);
}

TEST_CASE("one that others have sent us is our own when the host sends it out: stemmed, stored, and held no more") {
  for (const dandelion_mode mode : {dandelion_mode::stem, dandelion_mode::fluff}) {
    CAPTURE(mode);
    bench on{only(mode)};
    const auto tx = some_transaction(1);
    on.receive(tx, 7);
    CHECK(on.submit(tx));
    CHECK_FALSE(on.submit(tx));
    CHECK(on.kept.size() == 1);
    CHECK(on.sent.size() == 1);
    on.pass(180s);
    CHECK(on.fluffed.empty());
    on.pass(1h);
    REQUIRE(on.over.size() == 1);
    CHECK(on.over[0].reason == fluff_reason::embargo_expired);
    CHECK(on.over[0].own == tx);
  }
}

TEST_CASE("nobody can keep our own out by stemming a copy of it before") {
  for (const support::alteration each : support::alterations) {
    CAPTURE(support::to_string(each));
    bench on{only(dandelion_mode::stem)};
    on.receive(support::altered(1, each), 7);
    CHECK(on.submit(some_transaction(1)));
    CHECK(on.sent.size() == (each == support::alteration::none ? 1 : 2));
  }
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
  CHECK(on.over[0].outcome == stem_outcome::invalid);
}

TEST_CASE("a host that never answers about one of others costs no more than a while") {
  bench on{only(dandelion_mode::stem)};
  on.silent = true;
  on.receive(some_transaction(1), 7);
  on.pass(1h);
  CHECK(on.pool.size() == 0);
  CHECK(on.over.at(0).outcome == stem_outcome::invalid);
}

TEST_CASE("a host that does not answer about our own is asked again, before the stem and before the fluff") {
  bench on{only(dandelion_mode::stem)};
  const auto tx = some_transaction(1);
  on.silent = true;
  on.submit(tx);
  on.pass(1h);
  REQUIRE(on.asked.size() >= 6);
  CHECK(on.asked.size() <= 8);
  CHECK(on.sent.empty());
  const auto late = on.asked.front();  // an answer to any of them counts
  on.answer(late, true);
  CHECK(on.sent.size() == 1);
  CHECK(on.kept.at(0).deadline > on.now + 180s);

  on.asked.clear();
  on.pass(3h);
  CHECK(on.asked.size() >= 15);
  CHECK(on.asked.back().before == peer::phase::fluff);
  CHECK(on.pool.size() == 1);
  on.answer(late, false);  // to what is no question any more
  CHECK(on.pool.size() == 1);
  on.answer(on.asked.back(), true);
  REQUIRE(on.fluffed.size() == 1);
  CHECK(on.fluffed[0].second == fluff_reason::embargo_expired);
}

TEST_CASE("a host that throws the question away is asked again soon, and not at once") {
  bench on{only(dandelion_mode::stem)};
  on.silent = true;
  on.submit(some_transaction(1));
  for (std::size_t time = 1; time <= 5; ++time) {
    REQUIRE(on.asked.size() == time);
    on.pool.unanswered(on.now, on.asked.back());
    on.carry_out();
    on.pass(9s);
    CHECK(on.asked.size() == time);
    on.pass(1s);
  }
  on.answer(on.asked.back(), true);
  CHECK(on.sent.size() == 1);
}

TEST_CASE("what is public is over, but only if all of it is") {
  bench on{only(dandelion_mode::stem)};
  const auto one = some_transaction(1);
  const auto other = some_transaction(2);
  on.receive(one, 7);
  on.receive(other, 7);
  std::vector<wire::hash> kernels{one->kernel_hashes().begin(), one->kernel_hashes().end()};
  on.pool.made_public(kernels, stem_outcome::confirmed);
  on.carry_out();
  REQUIRE(on.over.size() == 1);
  CHECK(on.over[0].outcome == stem_outcome::confirmed);
  CHECK_FALSE(on.pool.find(*one));
  CHECK(on.pool.find(*other));
  REQUIRE(other->kernel_hashes().size() > 1);
  on.pool.made_public(std::vector{other->kernel_hash(0)}, stem_outcome::seen);
  CHECK(on.pool.find(*other));
  on.pass(1h);
  CHECK(on.fluffed.size() == 1);
}

TEST_CASE("when a transaction becomes public all copies of it are over, those with more kernels are not") {
  bench on{only(dandelion_mode::stem)};
  const auto tx = some_transaction(1);
  for (const support::alteration each : support::alterations) on.receive(support::altered(1, each), 7);
  REQUIRE(on.pool.size() == 7);
  on.pool.made_public(std::vector<wire::hash>{tx->kernel_hashes().begin(), tx->kernel_hashes().end()},
                      stem_outcome::seen);
  on.carry_out();
  CHECK(on.over.size() == 3);  // itself, and those with another offset or proof
  using support::alteration;
  for (const alteration each : {alteration::none, alteration::offset, alteration::proof}) {
    CHECK_FALSE(on.pool.find(*support::altered(1, each)));
  }
}

TEST_CASE("the stempool is bounded by number, by bytes and by peer, and what is in it is never given up for others") {
  peer::dandelion_options options = only(dandelion_mode::stem);
  options.max_per_peer = 3;
  options.max_transactions = 5;
  bench on{options};
  for (std::uint64_t seed = 1; seed <= 10; ++seed) on.receive(some_transaction(seed), 7);
  CHECK(on.pool.size() == 3);
  for (std::uint64_t seed = 11; seed <= 20; ++seed) on.receive(some_transaction(seed), 8);
  CHECK(on.pool.size() == 5);
  CHECK(on.pool.statistics().refused == 15);
  for (std::uint64_t seed = 21; seed <= 25; ++seed) CHECK(on.submit(some_transaction(seed)));  // whatever others do
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

TEST_CASE("what the last run has left is neither stemmed again nor fluffed before its time") {
  bench on{only(dandelion_mode::stem)};
  const auto tx = some_transaction(1);
  on.pool.restore(on.now, tx, 100s);
  on.carry_out();
  on.pass(99s);
  CHECK(on.sent.empty());
  CHECK(on.fluffed.empty());
  CHECK(on.asked.empty());
  on.pass(1s);
  CHECK(on.sent.empty());
  REQUIRE(on.fluffed.size() == 1);
  CHECK(on.fluffed[0].second == fluff_reason::embargo_expired);
}

TEST_CASE(
    "one whose time has passed meanwhile is verified first, then waits a while of up to a minute, and is fluffed") {
  int within_a_second = 0;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    bench on{only(dandelion_mode::stem), seed};
    on.silent = true;  // a host that is still starting
    const auto tx = some_transaction(seed);
    on.pool.restore(on.now, tx, 0s);
    on.carry_out();
    REQUIRE(on.asked.size() == 1);
    CHECK(on.asked[0].before == peer::phase::fluff);
    on.pass(5s);
    CHECK(on.fluffed.empty());
    on.silent = false;
    on.answer(on.asked[0], true);
    CHECK(on.fluffed.empty());
    on.pass(1s);
    within_a_second += on.fluffed.empty() ? 0 : 1;
    on.pass(59s);
    REQUIRE(on.fluffed.size() == 1);
    CHECK(on.fluffed[0].second == fluff_reason::embargo_expired);
    CHECK(on.asked.size() == 2);
    CHECK(on.sent.empty());
  }
  CHECK(within_a_second <= 5);

  bench spoilt{only(dandelion_mode::stem)};
  spoilt.invalid = {some_transaction(1)};
  spoilt.pool.restore(spoilt.now, some_transaction(1), 0s);
  spoilt.carry_out();
  REQUIRE(spoilt.over.size() == 1);
  CHECK(spoilt.over[0].outcome == stem_outcome::invalid);
}

TEST_CASE("what is held goes out by and by: no turn has more of it than it should") {
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

TEST_CASE("whatever happens, every transaction leaves by its deadline, our own never for having been held") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    sim::xoshiro256 chance{seed};
    peer::dandelion_options options = peer::dandelion_options::of(
        seed % 2 == 0 ? peer::dandelion_scheme::grin : peer::dandelion_scheme::dandelion_plus_plus);
    options.stem_probability = 0.5;
    options.epoch = 100s;
    bench on{options, seed};
    std::vector<wire::transaction_ptr> all;
    for (std::uint64_t i = 0; i != 60; ++i) {
      const std::uint64_t what = sim::uniform_below(chance, 10);
      if (what < 3) {
        all.push_back(some_transaction(seed * 1000 + i));
        on.submit(all.back());
      } else if (what < 6) {
        all.push_back(some_transaction(seed * 1000 + i));
        const std::uint64_t source = 1 + sim::uniform_below(chance, 5);
        on.receive(all.back(), source);
      } else if (what == 6 && !all.empty()) {
        const std::uint64_t which = sim::uniform_below(chance, all.size());
        const std::uint64_t source = 1 + sim::uniform_below(chance, 5);
        on.receive(all[which], source);
      } else if (what == 7 && !on.sent.empty()) {
        const std::uint64_t which = sim::uniform_below(chance, on.sent.size());
        const auto [tx, relay] = on.sent[which];
        on.refuse(tx, relay);
      } else if (what == 8 && sim::uniform_below(chance, 2) == 0) {
        for (const auto& each : on.relays.outbound) on.relays.taken[each.peer] = sim::uniform_below(chance, 3);
      } else if (what == 8 && on.relays.outbound.size() > 1) {
        on.relays.outbound.erase(on.relays.outbound.begin());
      } else {
        for (const auto& group : std::exchange(on.to_aggregate, {})) {
          on.pool.aggregated(on.now, group, {});
          on.carry_out();
        }
      }
      const io::duration pause{
          static_cast<io::duration::rep>(sim::uniform_below(chance, std::uint64_t{10'000'000'000}))};
      on.pass(pause);
    }
    on.pass(2h);
    CHECK(on.pool.size() == 0);
    CHECK(on.pool.bytes() == 0);
    for (const auto& each : on.over) {
      CHECK(each.outcome == stem_outcome::fluffed);
      if (each.own != nullptr) CHECK(each.reason != fluff_reason::aggregation_expired);
    }
  }
}

TEST_CASE("what falls due at once is done in parts, also where the host answers at once") {
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

TEST_CASE("what few could be told of is put off and not lost, ours like those of others") {
  for (const dandelion_mode mode : {dandelion_mode::fluff, dandelion_mode::stem}) {
    CAPTURE(mode);
    bench on{only(mode)};
    on.refuses_to_aggregate = true;
    const auto own = some_transaction(1'000);
    CHECK(on.submit(own));
    for (std::uint64_t seed = 1; seed <= 100; ++seed) on.receive(some_transaction(seed), 7);
    on.relays.hear = 0;
    on.pass(24h);
    CHECK(on.fluffed.empty());
    CHECK(on.pool.size() == 101);
    on.relays.hear = 1'000;
    on.pass(1min);
    CHECK(on.fluffed.size() >= 101);
    CHECK(on.pool.size() == 0);
  }
}

TEST_CASE("no more is made public at once than there is room for") {
  for (const dandelion_mode mode : {dandelion_mode::fluff, dandelion_mode::stem}) {
    CAPTURE(mode);
    bench on{only(mode)};
    on.refuses_to_aggregate = true;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) on.receive(some_transaction(seed), 7);
    on.relays.hear = 10;
    on.now += 24h;
    on.pool.tick(on.now);
    std::size_t ordered = 0;
    while (const auto order = on.pool.next_order()) {
      if (const auto* const asks = std::get_if<peer::stem_action::validate>(&*order)) {
        on.pool.verified(on.now, *asks, true);
      } else if (const auto* const made = std::get_if<peer::stem_action::aggregate>(&*order)) {
        on.pool.aggregated(on.now, *made, {});
      } else if (std::holds_alternative<peer::stem_action::fluff>(*order)) {
        --on.relays.hear;
        ++ordered;
      }
    }
    CHECK(ordered == 10);
    CHECK(on.pool.size() == 50);
  }
}

}  // namespace dandelion_stempool_test
