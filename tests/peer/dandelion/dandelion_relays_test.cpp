// Dandelion relays in a simulated network: they withhold stems, leave, or are not connected yet.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include <doctest/doctest.h>
#include <support/made_up.hpp>
#include <support/sanitizers.hpp>
#include <support/simulated_node.hpp>

#include "epochs.hpp"
#include "stem_network.hpp"

namespace dandelion_dandelion_relays_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::dandelion_mode;
using peer::fluff_reason;
using peer::phase;
using support::only;
using support::simulated_config;
using support::simulated_node;
using support::some_transaction;
using support::stem_network;
using support::stem_record;

TEST_CASE("a relay that drops stems delays a transaction, and it is fluffed in the end") {
  stem_network on;
  const auto swallow = [](const wire::transaction_ptr&, phase, const std::function<void(bool)>& answer) {
    answer(false);
  };
  integration::adapter hole;
  hole.validate_tx = swallow;
  simulated_node& neighbor = on.add(only(dandelion_mode::stem));
  simulated_node& relay = on.add(only(dandelion_mode::stem), {}, hole);
  simulated_node& origin = on.add(only(dandelion_mode::stem), {&relay});
  simulated_node& watcher = on.add(only(dandelion_mode::stem), {&origin, &neighbor});
  on.world.run_for(1min);
  const auto tx = some_transaction(1);
  const stem_record told{origin, tx};
  on.world.run_for(180s);
  CHECK_FALSE(watcher.has(tx));
  on.world.run_for(1h);
  CHECK(watcher.has(tx));
  REQUIRE(told.end);
  CHECK(told.end->reason == fluff_reason::embargo_expired);
}

TEST_CASE("a relay that disconnects before the stem is written is replaced by another outbound peer") {
  for (std::uint64_t seed = 1; seed <= (support::sanitized ? 5 : 20); ++seed) {
    CAPTURE(seed);
    stem_network on{seed};
    std::vector<simulated_node*> relays;
    for (int i = 0; i != 3; ++i) relays.push_back(&on.add(only(dandelion_mode::stem)));
    simulated_node& origin = on.add(only(dandelion_mode::stem), relays);
    on.world.run_for(1min);
    const auto tx = some_transaction(seed);
    const stem_record told{origin, tx};
    REQUIRE(origin.stemmed_to.size() == 1);
    origin->disconnect(origin.stemmed_to[0]);  // in the same turn; queued messages are still written
    const auto relay =
        std::ranges::find(relays, origin.stemmed_to[0], [](const auto* each) { return each->endpoint(); });
    on.world.run_for(1h);
    CHECK((*relay)->has(tx));
    for (const simulated_node* const each : relays) CHECK(each->has(tx));
    CHECK(std::ranges::count(origin.fluffed, fluff_reason::aggregation_expired) == 0);
  }
}

TEST_CASE("an own transaction waits for a preferred peer whose name is being resolved, and is not fluffed meanwhile") {
  sim::world world{1};
  node_config config = simulated_config();
  config.dandelion = only(dandelion_mode::stem);
  config.preferred_hosts.push_back({"friend.example", support::port});
  config.reconnect.max = 1min;
  simulated_node origin{world.add_machine(), std::move(config)};
  config = simulated_config();
  config.preferred_peers = {origin.endpoint()};
  simulated_node inbound{world.add_machine(), std::move(config)};
  simulated_node relay{world.add_machine()};
  world.run_for(1min);
  const auto tx = some_transaction(1);
  const stem_record told{origin, tx};
  world.run_for(10s);
  CHECK(origin.fluffed.empty());
  CHECK_FALSE(inbound.has(tx));
  world.set_name("friend.example", {relay.endpoint().address});
  world.run_for(2min);
  CHECK(origin.stemmed_to == std::vector{relay.endpoint()});
}

TEST_CASE("without any peer an own transaction waits until there is one") {
  stem_network on;
  simulated_node& origin = on.add(only(dandelion_mode::stem));
  const auto tx = some_transaction(1);
  on.world.run_for(1s);
  const stem_record told{origin, tx};
  on.world.run_for(1h);
  CHECK_FALSE(told.end);
  simulated_node& late = on.add(only(dandelion_mode::stem), {&origin});
  on.world.run_for(1min);
  CHECK(late.has(tx));
}

}  // namespace dandelion_dandelion_relays_test
