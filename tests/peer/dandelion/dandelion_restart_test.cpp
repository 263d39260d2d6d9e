// Private transactions of a node that is started again.
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <support/made_up.hpp>
#include <support/sanitizers.hpp>
#include <support/simulated_node.hpp>
#include <support/temporary_folder.hpp>

#include "epochs.hpp"
#include "stem_network.hpp"

namespace dandelion_dandelion_restart_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::dandelion_mode;
using peer::fluff_reason;
using peer::phase;
using support::only;
using support::rejecting;
using support::simulated_config;
using support::simulated_node;
using support::some_transaction;
using support::stem_record;

namespace {

/// Of a node that stems all to that relay, and stores what it has in that folder.
node_config stemming_to(const simulated_node& relay, const support::temporary_folder& folder) {
  node_config config = simulated_config();
  config.store_path = folder.file("peers.db");
  config.dandelion = only(dandelion_mode::stem);
  config.preferred_peers = {relay.endpoint()};
  return config;
}

}  // namespace

TEST_CASE("after a crash an own transaction is not stemmed again, and is fluffed at its deadline") {
  const support::temporary_folder folder;
  sim::world world{1};
  sim::machine& home = world.add_machine();
  simulated_node relay{world.add_machine(), simulated_config(), rejecting()};
  const node_config config = stemming_to(relay, folder);
  const auto tx = some_transaction(1);
  const auto other = some_transaction(2);
  {
    simulated_node origin{home, config};
    world.run_for(1min);
    const stem_record told{origin, tx};
    const stem_record done{origin, other};
    world.run_for(1s);
    REQUIRE(told.stemmed);
    CHECK(told.stemmed->has_value());
    origin->fluff(other);
    world.run_for(5s);
    home.crash();
  }
  home.restart();
  simulated_node again{home, config};
  world.run_for(1min);
  CHECK(again->dandelion().transactions == 1);
  world.run_for(1min);
  CHECK(again.stemmed_to.empty());
  CHECK(again.fluffed.empty());
  world.run_for(1h);
  CHECK(again.fluffed == std::vector{fluff_reason::embargo_expired});
  CHECK(relay.has(tx));
}

TEST_CASE(
    "the time until an own transaction's deadline does not change when the clock is corrected, while the node runs or "
    "after") {
  for (const auto by : {400 * 24h, -400 * 24h}) {
    for (const bool while_it_runs : {true, false}) {
      CAPTURE(by.count());
      CAPTURE(while_it_runs);
      const support::temporary_folder folder;
      sim::world world{1};
      sim::machine& home = world.add_machine();
      simulated_node relay{world.add_machine(), simulated_config(), rejecting()};
      const node_config config = stemming_to(relay, folder);
      const auto tx = some_transaction(1);
      home.set_clock_offset(by);
      {
        simulated_node origin{home, config};
        world.run_for(1min);
        const stem_record told{origin, tx};
        world.run_for(1s);
        if (while_it_runs) {
          home.set_clock_offset({});
          origin->trust_clock();
        }
        world.run_for(5s);
        home.crash();
      }
      home.set_clock_offset({});
      home.restart();
      simulated_node again{home, config};
      world.run_for(2min);
      CHECK(again->statistics().clock.trusted == while_it_runs);
      CHECK(again->dandelion().transactions == 1);
      CHECK(again.fluffed.empty());
      world.run_for(50min);
      CHECK(again.fluffed == std::vector{fluff_reason::embargo_expired});
    }
  }
}

TEST_CASE("a transaction whose deadline passed while the node was stopped is fluffed within a minute, not at once") {
  const support::temporary_folder folder;
  int at_once = 0;
  for (std::uint64_t seed = 1; seed <= (support::sanitized ? 3 : 10); ++seed) {
    sim::world world{seed};
    sim::machine& home = world.add_machine();
    simulated_node neighbor{world.add_machine()};
    node_config config = simulated_config();
    config.store_path = folder.file("peers" + std::to_string(seed));
    config.dandelion = only(dandelion_mode::stem);
    const auto tx = some_transaction(seed);
    {
      simulated_node origin{home, config};
      world.run_for(1s);
      const stem_record told{origin, tx};
      world.run_for(5s);
    }
    home.restart();
    home.set_clock_offset(24h);
    config.preferred_peers = {neighbor.endpoint()};
    simulated_node again{home, config};
    world.run_for(1s);
    at_once += neighbor.has(tx) ? 1 : 0;
    world.run_for(75s);
    CHECK(neighbor.has(tx));
    CHECK(again.stemmed_to.empty());
  }
  CHECK(at_once <= 2);
}

TEST_CASE("a transaction whose deadline has passed is validated when the node starts, and dropped if it is invalid") {
  const support::temporary_folder folder;
  sim::world world{1};
  sim::machine& home = world.add_machine();
  simulated_node neighbor{world.add_machine()};
  node_config config = simulated_config();
  config.store_path = folder.file("peers.db");
  config.dandelion = only(dandelion_mode::stem);
  const auto tx = some_transaction(1);
  {
    simulated_node origin{home, config};
    world.run_for(1s);
    const stem_record told{origin, tx};
    world.run_for(5s);
  }
  home.restart();
  home.set_clock_offset(24h);
  config.preferred_peers = {neighbor.endpoint()};
  std::vector<phase> asked;
  integration::adapter strict;
  strict.validate_tx = [&asked](const auto&, phase before, const auto& answer) {
    asked.push_back(before);
    answer(false);
  };
  simulated_node again{home, config, strict};
  world.run_for(1s);
  CHECK(asked == std::vector{phase::fluff});
  CHECK(again->dandelion().transactions == 0);
  world.run_for(5min);
  CHECK_FALSE(neighbor.has(tx));
}

}  // namespace dandelion_dandelion_restart_test
