// Dandelion in nodes of a simulated network: a transaction from stem to fluff.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <doctest/doctest.h>
#include <support/made_up.hpp>
#include <support/sanitizers.hpp>
#include <support/simulated_node.hpp>

#include "epochs.hpp"
#include "stem_network.hpp"

namespace dandelion_dandelion_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::dandelion_mode;
using peer::fluff_reason;
using peer::phase;
using peer::stem_outcome;
using support::only;
using support::simulated_config;
using support::simulated_node;
using support::some_transaction;
using support::stem_network;
using support::stem_record;

TEST_CASE("a transaction is stemmed up to a node without a relay, and fluffed from there to all nodes") {
  stem_network on;
  const auto row = on.add_row(5, only(dandelion_mode::stem));
  const auto tx = some_transaction(1);
  const stem_record told{*row[0], tx};
  on.world.run_for(10s);
  REQUIRE(told.stemmed);
  CHECK(told.stemmed->has_value());
  REQUIRE(told.end);
  CHECK(told.end->outcome == stem_outcome::seen);
  for (const simulated_node* const each : row) CHECK(each->has(tx));
  CHECK(row[1]->received == std::vector{phase::stem, phase::fluff});
  CHECK(row[0]->stemmed_to == std::vector{row[1]->endpoint()});
  CHECK(row[0]->fluffed.empty());
  CHECK(row[4]->fluffed == std::vector{fluff_reason::no_relay});
}

TEST_CASE("in a fluff epoch the stems of others are aggregated and fluffed, own ones are stemmed") {
  stem_network on;
  simulated_node& last = on.add(only(dandelion_mode::stem));
  simulated_node& fluffer = on.add(only(dandelion_mode::fluff), {&last});
  simulated_node& origin = on.add(only(dandelion_mode::fluff), {&fluffer});
  on.world.run_for(1min);
  const auto tx = some_transaction(1);
  const stem_record told{origin, tx};
  on.world.run_for(29s);
  CHECK(fluffer.received == std::vector{phase::stem});
  CHECK_FALSE(origin.has(tx));
  on.world.run_for(5s);
  CHECK(fluffer.fluffed == std::vector{fluff_reason::aggregation_expired});
  CHECK(last.received == std::vector{phase::fluff});
  CHECK(origin.has(tx));
}

TEST_CASE("stems are sent to outbound peers only") {
  stem_network on;
  simulated_node& middle = on.add(only(dandelion_mode::stem));
  std::vector<simulated_node*> dialing;
  for (int i = 0; i != 5; ++i) dialing.push_back(&on.add(only(dandelion_mode::stem), {&middle}));
  on.world.run_for(1min);
  REQUIRE(middle->statistics().inbound == 5);
  const stem_record told{middle, some_transaction(1)};
  on.world.run_for(5s);
  CHECK(middle.stemmed_to.empty());
  CHECK(middle.fluffed == std::vector{fluff_reason::no_relay});
  for (const simulated_node* const each : dialing) CHECK(each->received == std::vector{phase::fluff});
}

TEST_CASE("a loop ends: no peer sends a node the same stem twice, and all nodes get the fluff in the end") {
  stem_network on;
  std::vector<sim::machine*> machines;
  constexpr std::size_t size = 6;
  for (std::size_t i = 0; i != size; ++i) machines.push_back(&on.world.add_machine());
  for (std::size_t i = 0; i != size; ++i) {
    node_config config = simulated_config();
    config.dandelion = only(dandelion_mode::stem);
    config.preferred_peers = {{machines[(i + 1) % size]->address(), support::port}};
    on.nodes.push_back(std::make_unique<simulated_node>(*machines[i], std::move(config)));
  }
  on.world.run_for(2min);
  const auto tx = some_transaction(1);
  const stem_record told{*on.nodes[0], tx};
  on.world.run_for(170s);
  for (const auto& each : on.nodes) {
    CHECK(each->stemmed_to.size() == 1);
    CHECK(each->fluffed.empty());
  }
  on.world.run_for(1h);
  for (const auto& each : on.nodes) CHECK(each->has(tx));
}

TEST_CASE("an invalid own transaction is not sent, and stem completes with an error") {
  stem_network on;
  integration::adapter strict;
  strict.validate_tx = [](const auto&, phase, const auto& answer) { answer(false); };
  simulated_node& relay = on.add(only(dandelion_mode::stem));
  simulated_node& origin = on.add(only(dandelion_mode::stem), {&relay}, strict);
  on.world.run_for(1min);
  const stem_record told{origin, some_transaction(1)};
  on.world.run_for(1s);
  REQUIRE(told.stemmed);
  CHECK_FALSE(told.stemmed->has_value());
  CHECK(relay.received.empty());
  CHECK(origin->dandelion().transactions == 0);
}

TEST_CASE("a transaction that is public or private already is not stemmed again") {
  stem_network on;
  const auto row = on.add_row(3, only(dandelion_mode::stem));
  const auto tx = some_transaction(1);
  const stem_record first{*row[0], tx};
  const stem_record second{*row[0], tx};
  on.world.run_for(10s);
  REQUIRE(second.stemmed);
  CHECK(second.stemmed->error() == peer::stem_errc::already_private);
  const stem_record third{*row[0], tx};
  on.world.run_for(1s);
  REQUIRE(third.stemmed);
  CHECK(third.stemmed->error() == peer::stem_errc::already_public);
}

TEST_CASE("a private transaction ends as confirmed when a block contains it") {
  stem_network on;
  const auto row = on.add_row(2, only(dandelion_mode::stem));
  const auto block = support::some_block(7);
  const auto tx = some_transaction(7);  // with the same kernels
  integration::adapter quiet;
  simulated_node& lonely = on.add(only(dandelion_mode::stem));
  const stem_record told{lonely, tx};
  on.world.run_for(1s);
  lonely->block_accepted(*block);
  REQUIRE(told.end);
  CHECK(told.end->outcome == stem_outcome::confirmed);
}

TEST_CASE("through crashes and partitions every private transaction is public by its deadline, if its origin runs") {
  for (std::uint64_t seed = 1; seed <= (support::sanitized ? 3 : 10); ++seed) {
    CAPTURE(seed);
    stem_network on{seed};
    std::vector<sim::machine*> machines;
    constexpr std::size_t size = 12;
    for (std::size_t i = 0; i != size; ++i) machines.push_back(&on.world.add_machine());
    for (std::size_t i = 0; i != size; ++i) {
      node_config config = simulated_config();
      config.dandelion = peer::dandelion_options::of(seed % 2 == 0 ? peer::dandelion_scheme::grin
                                                                   : peer::dandelion_scheme::dandelion_plus_plus);
      config.dandelion.stem_probability = 0.8;
      config.dandelion.epoch = 100s;
      for (std::size_t to = 1; to <= 3; ++to)
        config.preferred_peers.push_back({machines[(i + to * to) % size]->address(), support::port});
      on.nodes.push_back(std::make_unique<simulated_node>(*machines[i], std::move(config)));
    }
    on.world.run_for(2min);
    std::vector<wire::transaction_ptr> all;
    for (std::size_t i = 0; i != size; ++i) {
      all.push_back(some_transaction(seed * 100 + i));
      (*on.nodes[i])->stem(all.back(), [](const auto&) {});
      on.world.run_for(7s);
      if (i == 3 || i == 7) machines[i + 1]->crash(sim::crash::blackhole);
    }
    on.world.partition({machines[0], machines[1], machines[2]});
    on.world.run_for(2min);
    on.world.heal();
    on.world.run_for(1h);
    for (std::size_t i = 0; i != size; ++i) {
      if (!machines[i]->reachable()) continue;
      CHECK((*on.nodes[i])->dandelion().transactions == 0);
      CHECK(on.nodes[i]->has(all[i]));  // other nodes may have been unreachable when it was announced
    }
  }
}

}  // namespace dandelion_dandelion_test
