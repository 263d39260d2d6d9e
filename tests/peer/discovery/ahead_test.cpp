// A peer that is ahead of all others: found by a feeler, it gets a slot.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <set>
#include <utility>

#include <doctest/doctest.h>
#include <support/simulated_node.hpp>

#include <pappus/peer/address.hpp>
#include <pappus/peer/connections/limits.hpp>
#include <pappus/peer/discovery/limits.hpp>

#include "seeded_network.hpp"

namespace discovery_ahead_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace discovery;
using support::scripted_peer;
using support::simulated_node;

namespace {

/// A node all of whose outbound slots are taken, and one that is not its peer and has more work than all others.
struct cut_in_two : network {
  cut_in_two() : network{16, public_and_idle()} {
    seeded(15);
    for (simulated_node& each : others) each->set_chain_tip({100, 10});
    node->set_chain_tip({100, 10});
    world.run_for(5min);
    REQUIRE(outbound(node) == peer::limits::max_outbound);
    ahead->set_chain_tip({200, 20});
    world.set_name("seed.example", {ahead.endpoint().address});
    world.run(tell(&world.add_machine().runtime(), node.endpoint(), ahead.endpoint()));
  }

  /// Tells a node an address.
  static task<void> tell(io::runtime* by, io::endpoint to, io::endpoint what) {
    auto peer = co_await scripted_peer::dial(*by, to);
    static_cast<void>(co_await peer.greet(peer.good_hand()));
    wire::messages::peer_addrs told;
    told.addresses.push_back(peer::to_wire(what));
    co_await peer.send(std::move(told));
    static_cast<void>(co_await peer.closed(1min));
  }

  [[nodiscard]] bool is_peer() {
    return std::ranges::any_of(node->peers(), [&](const auto& each) { return each.endpoint == ahead.endpoint(); });
  }
  /// Whether it becomes a peer within that time.
  [[nodiscard]] bool becomes_peer(io::duration within) {
    for (io::duration passed{}; passed < within && !is_peer(); passed += 1s) world.run_for(1s);
    return is_peer();
  }

  simulated_node node{world.add_machine(), with_seed()};
  simulated_node& ahead = others.back();
};

}  // namespace

TEST_CASE("a peer that a feeler finds to be ahead of all others replaces one when it has proven that") {
  cut_in_two on;
  REQUIRE(on.becomes_peer(20min));
  CHECK(outbound(on.node) == peer::limits::max_outbound + 1);
  on.node->set_chain_tip({200, 20});
  on.world.run_for(1min);
  CHECK(on.is_peer());
  CHECK(outbound(on.node) == peer::limits::max_outbound);
}

TEST_CASE("a peer that only claims to be ahead of all others does not stay, and replaces none") {
  cut_in_two on;
  REQUIRE(on.becomes_peer(20min));
  std::set<std::uint64_t> before;
  for (const auto& each : on.node->peers()) before.insert(each.id);
  on.world.run_for(peer::limits::ahead_trial_time + 10s);
  CHECK_FALSE(on.is_peer());
  CHECK(outbound(on.node) == peer::limits::max_outbound);
  for (const auto& each : on.node->peers()) {
    if (each.direction == peer::direction::outbound) CHECK(before.contains(each.id));
  }
}

}  // namespace discovery_ahead_test
