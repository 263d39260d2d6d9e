// Discovery: seeds, addresses from peers, feelers, and outbound slots that are filled.
#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <support/simulated_node.hpp>
#include <support/temporary_folder.hpp>

#include <pappus/io/timer.hpp>
#include <pappus/peer/address.hpp>
#include <pappus/peer/connections/limits.hpp>
#include <pappus/peer/store/address_rules.hpp>
#include <pappus/peer/store/limits.hpp>
#include <pappus/statistics.hpp>

#include "seeded_network.hpp"

namespace discovery_discovery_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace discovery;
using support::scripted_peer;
using support::simulated_node;

namespace {

std::set<std::uint64_t> outbound_netgroups(simulated_node& of) {
  std::set<std::uint64_t> groups;
  for (const auto& each : of->peers()) {
    if (each.direction == peer::direction::outbound) groups.insert(each.endpoint.address.netgroup());
  }
  return groups;
}

}  // namespace

TEST_CASE(
    "a node without addresses resolves its seeds at once, and fills its outbound slots with one peer of each "
    "netgroup") {
  network on{12};
  on.seeded(12);
  simulated_node node{on.world.add_machine(), network::with_seed()};
  on.world.run_for(1min);
  CHECK(outbound(node) == peer::limits::max_outbound);
  CHECK(outbound_netgroups(node).size() == peer::limits::max_outbound);
}

TEST_CASE("addresses of one netgroup fill only one outbound slot") {
  sim::world world{1};
  std::deque<simulated_node> neighbors;
  std::vector<pappus::ip_address> addresses;
  for (std::uint32_t i = 1; i != 12; ++i) {
    addresses.push_back(pappus::ip_address::v4(0x50010000 + i));
    neighbors.emplace_back(world.add_machine(addresses.back()), public_config());
  }
  world.set_name("seed.example", addresses);
  simulated_node node{world.add_machine(), network::with_seed()};
  world.run_for(5min);
  CHECK(outbound(node) == 1);
}

TEST_CASE("a node with one peer gets the addresses of others from it, and connects to them") {
  network on{12};
  on.seeded(12);
  simulated_node well_connected{on.world.add_machine(), network::with_seed()};
  on.world.run_for(1min);
  on.world.set_name("seed.example", {well_connected.endpoint().address});
  simulated_node node{on.world.add_machine(), network::with_seed()};
  on.world.run_for(2min);
  CHECK(outbound(node) == peer::limits::max_outbound);
}

TEST_CASE("nodes that all connect to one node find each other, though it connects to none") {
  network on{1};
  on.seeded(1);
  std::deque<simulated_node> nodes;
  for (int i = 0; i != 5; ++i) nodes.emplace_back(on.world.add_machine(), network::with_seed());
  on.world.run_for(5min);
  const auto peers_of = [](simulated_node& each) {
    std::set<pappus::ip_address> addresses;
    for (const auto& peer : each->peers()) addresses.insert(peer.endpoint.address);
    return addresses.size();
  };
  for (simulated_node& each : nodes) CHECK(peers_of(each) == 5);
  on.world.run_for(2h);  // by then duplicates are closed, and each pair has one connection
  for (simulated_node& each : nodes) CHECK(each->peers().size() == 5);
}

TEST_CASE("a node without outbound slots connects to no peer") {
  network on{4};
  on.seeded(4);
  node_config config = network::with_seed();
  config.connection_limits.outbound = 0;
  simulated_node node{on.world.add_machine(), std::move(config)};
  on.world.run_for(10min);
  CHECK(node->statistics().dialer.dials == 0);
  CHECK(node->statistics().addresses == 0);
}

TEST_CASE("a restarted node connects to its stored peers, with seeds or without, its anchors first") {
  const support::temporary_folder folder;
  network on{12};
  on.seeded(12);
  sim::machine& at = on.world.add_machine();
  node_config config = network::with_seed();
  config.store_path = folder.file("peers.db");
  std::vector<io::endpoint> oldest;
  {
    simulated_node node{at, config};
    on.world.run_for(3min);
    CHECK(outbound(node) == peer::limits::max_outbound);
    for (const auto& each : node->peers()) {
      const bool is_anchor = each.direction == peer::direction::outbound && oldest.size() < peer::limits::max_anchors;
      if (is_anchor) oldest.push_back(each.endpoint);
    }
  }
  on.world.set_name("seed.example", {});
  at.restart();
  simulated_node again{at, config};
  on.world.run_for(1min);
  CHECK(outbound(again) == peer::limits::max_outbound);
  REQUIRE(oldest.size() == peer::limits::max_anchors);
  for (const io::endpoint anchor : oldest) {
    const auto peers = again->peers();
    CHECK(std::ranges::any_of(peers, [&](const auto& each) { return each.endpoint == anchor; }));
  }
}

TEST_CASE("a free slot is filled again, by another peer if the first is unreachable") {
  network on{12, public_and_idle()};
  on.seeded(12);
  simulated_node node{on.world.add_machine(), network::with_seed()};
  on.world.run_for(1min);
  const auto peers = node->peers();
  for (std::size_t i = 0; i != 3; ++i) on.world.find(peers[i].endpoint.address)->crash();
  on.world.run_for(2min);
  CHECK(outbound(node) == peer::limits::max_outbound);
}

TEST_CASE(
    "while no peer responds the network counts as down, no address is marked as failed, and the node connects again "
    "later") {
  network on{12};
  on.seeded(12);
  std::vector<std::string> warnings;
  integration::adapter adapter;
  adapter.log = [&warnings](const peer::log_line& line) {
    if (line.level == peer::log_level::warning) warnings.push_back(line.text);
  };
  sim::machine& at = on.world.add_machine();
  simulated_node node{at, network::with_seed(), std::move(adapter)};
  on.world.run_for(2min);
  REQUIRE(outbound(node) == peer::limits::max_outbound);
  std::size_t failures = 0;
  for (const auto& each : node->known_addresses()) failures += each.failures;

  on.world.partition({&at});
  on.world.run_for(10min);
  CHECK(outbound(node) == 0);
  CHECK(node->statistics().dialer.network_down);
  CHECK(warnings == std::vector<std::string>{"nobody answers: the network seems to be down"});
  for (const auto& each : node->known_addresses()) failures -= each.failures;
  CHECK(failures == 0);

  on.world.heal();
  on.world.run_for(2min);
  const std::size_t left = on.others.size() - node->statistics().inbound;  // who has dialed it is not dialed
  CHECK(outbound(node) == std::min(left, peer::limits::max_outbound));
  CHECK_FALSE(node->statistics().dialer.network_down);
  CHECK(warnings.back() == "the network is back");
}

TEST_CASE("a node that knows few addresses has its outbound peers again a minute after the network is back") {
  const auto ten_minutes_down_and = [](io::duration more) {
    network on{peer::limits::max_outbound, public_and_idle()};
    on.seeded(peer::limits::max_outbound);
    sim::machine& at = on.world.add_machine();
    simulated_node node{at, network::with_seed()};
    on.world.run_for(2min);
    REQUIRE(outbound(node) == peer::limits::max_outbound);
    on.world.partition({&at});
    on.world.run_for(10min + more);
    REQUIRE(outbound(node) == 0);
    on.world.heal();
    on.world.run_for(1min);
    return outbound(node);
  };
  for (io::duration more = 0s; more < 30s; more += 5s) {
    CAPTURE(more.count());
    CHECK(ten_minutes_down_and(more) == peer::limits::max_outbound);
  }
}

TEST_CASE("a peer that does not respond while others do is marked as failed") {
  network on{3};
  on.seeded(3);
  sim::machine& gone = on.world.add_machine();
  gone.crash(sim::crash::blackhole);
  std::vector<pappus::ip_address> addresses = *on.world.addresses_of("seed.example");
  addresses.push_back(gone.address());
  on.world.set_name("seed.example", addresses);
  simulated_node node{on.world.add_machine(), network::with_seed()};
  on.world.run_for(3min);
  const auto known = node->known_addresses();
  const auto found =
      std::ranges::find(known, peer::to_wire({gone.address(), support::port}), &peer::address_info::address);
  REQUIRE(found != known.end());
  CHECK(found->failures >= 1);
  CHECK(found->state() == peer::address_state::defunct);
}

TEST_CASE("an address is not connected to twice within thirty seconds, however few there are") {
  sim::world world{1};
  sim::machine& busy = world.add_machine();
  std::vector<io::time_point> dialed;
  auto hang_up = [](sim::machine* at, std::vector<io::time_point>* when) -> task<void> {
    auto listener = at->runtime().listen({at->address(), support::port}).value();
    for (;;) {
      auto accepted = co_await listener->accept();
      if (!accepted) co_return;
      when->push_back(at->runtime().now());
    }
  };
  busy.spawn(hang_up(&busy, &dialed));
  world.set_name("seed.example", {busy.address()});
  simulated_node node{world.add_machine(), network::with_seed()};
  world.run_for(30min);
  REQUIRE(dialed.size() > 2);
  for (std::size_t i = 1; i != dialed.size(); ++i) CHECK(dialed[i] - dialed[i - 1] >= 30s);
}

TEST_CASE("feelers connect to new addresses, and move them to the tried ones if a peer responds") {
  network on{12, public_and_idle()};
  on.seeded(12);
  simulated_node node{on.world.add_machine(), network::with_seed()};
  on.world.run_for(10s);
  CHECK(node->statistics().tried <= peer::limits::max_outbound + 2);
  on.world.run_for(5min);
  CHECK(node->statistics().tried >= 12);
  CHECK(node->statistics().dialer.feelers >= 4);
  CHECK(outbound(node) == peer::limits::max_outbound);
}

TEST_CASE("feelers are rare once enough addresses are tried") {
  network on{120, public_and_idle()};
  on.seeded(120);
  simulated_node node{on.world.add_machine(), network::with_seed()};
  on.world.run_for(30min);
  CHECK(node->statistics().tried >= peer::limits::tried_target);
  const auto before = node->statistics().dialer.feelers;
  on.world.run_for(30min);
  CHECK(node->statistics().dialer.feelers - before <= 20);
  CHECK(node->statistics().dialer.feelers - before >= 10);
}

TEST_CASE("outbound peers are rotated without an empty slot, except preferred ones") {
  network on{30, public_and_idle()};
  on.seeded(30);
  node_config config = network::with_seed();
  const io::endpoint preferred = on.others.front().endpoint();
  config.preferred_peers.push_back(preferred);
  simulated_node node{on.world.add_machine(), std::move(config)};
  on.world.run_for(1min);
  std::set<io::endpoint> met;
  for (int i = 0; i != 24 * 12; ++i) {
    on.world.run_for(5min);
    std::size_t now = 0;
    bool there = false;
    for (const auto& each : node->peers()) {
      if (each.direction == peer::direction::inbound) continue;
      met.insert(each.endpoint);
      there = there || each.endpoint == preferred;
      ++now;
    }
    CHECK(there);
    CHECK(now >= peer::limits::max_outbound);
    CHECK(now <= peer::limits::max_outbound + 1);
  }
  CHECK(node->statistics().dialer.rotations >= 8);
  CHECK(met.size() > 12);
}

TEST_CASE("attempts to connect to a preferred peer never end, except while it is banned") {
  sim::world world{1};
  sim::machine& there = world.add_machine();
  node_config config = simulated_config();
  config.preferred_peers.push_back({there.address(), support::port});
  config.reconnect.max = 1min;
  simulated_node node{world.add_machine(), std::move(config)};
  world.run_for(1h);
  CHECK(outbound(node) == 0);
  {
    simulated_node preferred{there};
    world.run_for(2min);
    CHECK(outbound(node) == 1);
    node->ban(io::endpoint_range{there.address()}, 1h, wire::reason_for_ban::manual, {});
    world.run_for(1s);
    const auto dials = preferred.disconnected.size();
    world.run_for(30min);
    CHECK(outbound(node) == 0);
    CHECK(preferred.disconnected.size() == dials);
    world.run_for(40min);
    CHECK(outbound(node) == 1);
  }
  world.run_for(1min);
  CHECK(outbound(node) == 0);
  there.restart();
  simulated_node back{there};
  world.run_for(2min);
  CHECK(outbound(node) == 1);
}

TEST_CASE(
    "a preferred peer with a name is connected to at its present address, and the name is resolved until that "
    "succeeds") {
  sim::world world{1};
  node_config config = simulated_config();
  config.preferred_hosts.push_back({"friend.example", support::port});
  config.reconnect.max = 1min;
  std::vector<std::string> warned;
  integration::adapter adapter;
  adapter.log = [&warned](const peer::log_line& line) {
    if (line.level == peer::log_level::warning) warned.push_back(line.text);
  };
  simulated_node node{world.add_machine(), std::move(config), std::move(adapter)};
  world.run_for(10min);
  CHECK(node->statistics().seeds.names_failed > 10);
  REQUIRE_FALSE(warned.empty());
  CHECK(warned.front().starts_with("cannot look up friend.example:23414: "));

  sim::machine& nobody = world.add_machine();
  simulated_node first{world.add_machine()};
  world.set_name("friend.example", {nobody.address(), first.endpoint().address});
  world.run_for(2min);
  REQUIRE(outbound(node) == 1);
  CHECK(node->peers().front().endpoint == first.endpoint());

  simulated_node second{world.add_machine()};
  world.set_name("friend.example", {second.endpoint().address});
  world.run_for(2min);
  CHECK(node->peers().front().endpoint == first.endpoint());  // as long as it is there
  node->disconnect(first.endpoint());
  world.run_for(2min);
  REQUIRE(outbound(node) == 1);
  CHECK(node->peers().front().endpoint == second.endpoint());
}

TEST_CASE("a node that stops while a name is being resolved logs no warning") {
  sim::world world{1};
  node_config config = simulated_config();
  config.preferred_hosts.push_back({"friend.example", support::port});
  std::vector<std::string> lines;
  integration::adapter adapter;
  adapter.log = [&lines](const peer::log_line& line) { lines.push_back(line.text); };
  { simulated_node node{world.add_machine(), std::move(config), std::move(adapter)}; }
  CHECK(lines.empty());
}

}  // namespace discovery_discovery_test
