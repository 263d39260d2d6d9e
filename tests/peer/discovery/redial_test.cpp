// Peers that were away, and are dialed again though other addresses are drawn more often.
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/peer/connections/limits.hpp>

#include "peer/discovery/seeded_network.hpp"

namespace discovery_redial_test {

using namespace discovery;
using namespace std::chrono_literals;

namespace {

/// All of a network's nodes, and addresses at which no machine is.
void seed_with_silent(network& on, std::uint32_t silent) {
  std::vector<pappus::ip_address> known;
  for (auto& each : on.others) known.push_back(each.endpoint().address);
  for (std::uint32_t i = 0; i != silent; ++i) known.push_back(pappus::ip_address::v4(0x40000001 + (i << 16)));
  on.world.set_name("seed.example", std::move(known));
}

/// A node that is connected with all others loses one several times for the time `away`, and has it again within
/// `patience` after that.
void lose_one(network& on, simulated_node& node, int times, io::duration away, io::duration patience) {
  const std::size_t peers = on.others.size();
  REQUIRE(outbound(node) == peers);
  sim::machine& here = *on.world.find(node.endpoint().address);
  sim::machine& there = *on.world.find(on.others.back().endpoint().address);
  for (int i = 0; i != times; ++i) {
    on.world.cut(here, there);
    on.world.reset(here, there);
    on.world.run_for(away);
    CHECK(outbound(node) == peers - 1);
    on.world.heal(here, there);
    on.world.run_for(patience);
    CHECK(outbound(node) == peers);
  }
}

}  // namespace

TEST_CASE("a peer that could not be reached is dialed again within minutes if only those are left that never answer") {
  network on{peer::limits::max_outbound, public_and_idle()};
  seed_with_silent(on, 8);
  simulated_node node{on.world.add_machine(), network::with_seed()};
  on.world.run_for(5min);
  lose_one(on, node, 8, 1min, 3min);
}

TEST_CASE("of addresses that have all been dialed lately, the one that has failed least is dialed first") {
  network on{8, public_and_idle()};
  seed_with_silent(on, 8);
  node_config config = network::with_seed();
  config.connection_limits.outbound = 9;  // so that it goes on to dial those that never answer
  simulated_node node{on.world.add_machine(), std::move(config)};
  on.world.run_for(20min);
  lose_one(on, node, 10, 30s, 70s);
}

TEST_CASE("a peer that was away for long is dialed within two minutes by a node that is connected with all others") {
  network on{24, public_and_idle()};
  seed_with_silent(on, 0);
  node_config config = network::with_seed();
  config.connection_limits.outbound = 24;
  simulated_node node{on.world.add_machine(), std::move(config)};
  on.world.run_for(20min);
  lose_one(on, node, 4, 30min, 2min);
}

}  // namespace discovery_redial_test
