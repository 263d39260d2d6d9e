// The stempool in a fluff epoch: transactions that wait to be aggregated by the adapter.
#include <chrono>
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>
#include <support/made_up.hpp>

#include "bench.hpp"

namespace dandelion_stempool_aggregation_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::dandelion_mode;
using peer::fluff_reason;
using peer::stem_outcome;
using support::bench;
using support::only;
using support::some_transaction;

TEST_CASE("all waiting stems of others are passed to the adapter to be aggregated, own ones never") {
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

TEST_CASE("a transaction that the aggregate leaves out is validated and fluffed alone, or dropped if it is invalid") {
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
  REQUIRE(on.finished.size() == 3);
  CHECK(on.finished[2].outcome == stem_outcome::invalid);
  CHECK(on.pool.size() == 0);
}

TEST_CASE("a transaction that became public while it was aggregated is not fluffed again, nor an aggregate with it") {
  bench on{only(dandelion_mode::fluff)};
  const auto early = some_transaction(1);
  const auto other = some_transaction(2);
  const auto alone = some_transaction(3);
  for (const auto& each : {early, other, alone}) on.receive(each, 7);
  on.pass(30s);
  REQUIRE(on.to_aggregate.size() == 1);
  const auto both = support::some_aggregate(1, 2);
  on.pool.made_public(std::vector<wire::hash>{early->kernel_hashes().begin(), early->kernel_hashes().end()},
                      stem_outcome::seen);
  on.carry_out();
  on.pool.aggregated(on.now, on.to_aggregate[0], {both, alone});
  on.carry_out();
  REQUIRE(on.fluffed.size() == 2);
  CHECK(on.fluffed[0].first == alone);
  CHECK(on.fluffed[1].first->hash() == other->hash());
  CHECK(on.pool.size() == 0);
}

TEST_CASE("an empty pointer in place of an aggregate counts as none") {
  bench on{only(dandelion_mode::fluff)};
  for (const std::uint64_t seed : {1u, 2u}) on.receive(some_transaction(seed), 7);
  on.pass(30s);
  REQUIRE(on.to_aggregate.size() == 1);
  on.pool.aggregated(on.now, on.to_aggregate[0], {nullptr});
  on.carry_out();
  CHECK(on.fluffed.size() == 2);
  CHECK(on.pool.size() == 0);
}

TEST_CASE("an aggregate has no more weight than a transaction may") {
  const std::uint64_t max = wire::chain_parameters_for(wire::chain_type::usernet).limits.transaction_weight();
  peer::dandelion_options roomy = only(dandelion_mode::fluff);
  roomy.max_per_peer = 100'000;
  bench wide{roomy};
  std::uint64_t weight = 0;
  for (std::uint64_t seed = 1; weight <= 2 * max; ++seed) {
    const auto tx = some_transaction(seed);
    weight += tx->weight();
    wide.receive(tx, 7);
  }
  wide.pass(30s);
  CHECK(wide.to_aggregate.size() >= 2);
  for (const auto& group : wide.to_aggregate) {
    std::uint64_t together = 0;
    for (const auto& each : group.held) together += each->weight();
    CHECK(together <= max);
  }
}

TEST_CASE("no transaction waits for longer than its epoch") {
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

}  // namespace dandelion_stempool_aggregation_test
