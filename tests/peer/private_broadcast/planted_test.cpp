// Addresses that a stranger has made known to one node alone, so that what arrives there tells whose it is.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "private_network.hpp"

namespace private_broadcast_planted_test {

using namespace private_broadcast;

namespace {

ip_address in_netgroup(std::uint32_t netgroup) { return ip_address::v4(netgroup << 16 | 1); }

/// Connects to a node as a peer that listens at the usual port, sends it addresses, and stays.
task<void> plant(sim::machine& from, io::endpoint victim, std::vector<io::endpoint> named) {
  auto session = co_await support::scripted_peer::dial(from.runtime(), victim);
  auto ours = session.good_hand(support::port);
  ours.sender = peer::to_wire({from.address(), support::port});
  static_cast<void>(co_await session.greet(std::move(ours)));
  wire::messages::peer_addrs message;
  for (const io::endpoint& each : named) message.addresses.push_back(peer::to_wire(each));
  co_await session.send(std::move(message));
  while (const auto got = co_await session.receive(1h)) {
    if (got->code == wire::messages::ping::code) co_await session.send(wire::messages::pong{});
  }
}

struct with_spies {
  std::deque<strange_peer> spies;  // outlives the world
};

/// A node on the Internet with peers in netgroups of their own, which advertise each other; and spies in others.
struct planted_network : with_spies, private_network {
  planted_network() : private_network(0) {
    const auto acts = [this](support::scripted_peer& with, strange_peer& who) {
      return advertise(with, who, known(), false);
    };
    for (std::uint32_t i = 0; i != 30; ++i) add(acts, world.add_machine(in_netgroup(0x0800 + i)));
    const auto spies_act = [this](support::scripted_peer& with, strange_peer& who) {
      return advertise(with, who, planted());
    };
    for (std::uint32_t i = 0; i != 12; ++i) spies.emplace_back(world.add_machine(in_netgroup(0x4000 + i)), spies_act);
  }

  /// Starts the node, lets it connect, and has each spy name itself and the others to it.
  void begin(std::size_t spies_connected_to) {
    node_config with = config();
    with.chain.on_internet = true;
    with.connection_limits.outbound = 8 + spies_connected_to;
    for (std::size_t i = 0; i != spies_connected_to; ++i) with.preferred_peers.push_back(spies[i].endpoint());
    start(std::move(with));
    world.run_for(5min);
    for (const strange_peer& each : spies) {
      sim::machine& at = *world.find(each.endpoint().address);
      at.spawn(plant(at, node->endpoint(), planted()));
    }
    world.run_for(1min);
    for (const strange_peer& each : spies) REQUIRE(is_known(each.endpoint()));
  }
  [[nodiscard]] bool is_known(const io::endpoint& where) {
    return std::ranges::any_of((*node)->known_addresses(),
                               [&where](const auto& each) { return peer::to_endpoint(each.address) == where; });
  }
  [[nodiscard]] std::vector<io::endpoint> planted() const {
    std::vector<io::endpoint> all;
    for (const strange_peer& each : spies) all.push_back(each.endpoint());
    return all;
  }
};

std::size_t transactions_of(const std::deque<strange_peer>& peers) {
  std::size_t count = 0;
  for (const strange_peer& each : peers) count += each.transactions.size();
  return count;
}

}  // namespace

TEST_CASE("who has named addresses to this node alone gets no own transaction there, from however many netgroups") {
  planted_network on;
  on.begin(0);
  for (std::uint64_t i = 1; i != 20; ++i) on.send(some_transaction(i));
  on.world.run_for(20min);
  CHECK(transactions_of(on.strangers) >= 3 * 19);
  CHECK(transactions_of(on.spies) == 0);
}

TEST_CASE("two of the peers that the node has connected to cannot make an address one that is told") {
  planted_network on;
  on.begin(2);
  for (std::uint64_t i = 1; i != 20; ++i) on.send(some_transaction(i));
  on.world.run_for(20min);
  CHECK(transactions_of(on.strangers) >= 3 * 19);
  CHECK(transactions_of(on.spies) == 0);
}

TEST_CASE("hosts by names that a proxy looks up may all be one, and make no address one that is told") {
  planted_network on;
  node_config with = on.config();
  with.chain.on_internet = true;
  with.transport.rule = peer::transport_rule::proxy;
  with.connection_limits.outbound = 8;
  for (std::size_t i = 0; i != 4; ++i) {
    const std::string name = "seed" + std::to_string(i) + ".example";
    on.proxy.services[name] = on.spies[i].endpoint();
    with.preferred_hosts.push_back({name, support::port});
  }
  on.start(std::move(with));
  on.world.run_for(5min);
  for (const strange_peer& each : on.spies) REQUIRE(on.is_known(each.endpoint()));
  for (std::uint64_t i = 1; i != 20; ++i) on.send(some_transaction(i));
  on.world.run_for(20min);
  CHECK(transactions_of(on.spies) == 0);
}

TEST_CASE("what peers have advertised does not count any more when they have left") {
  private_network on{0};
  strange_peer& peer = on.add(swallow, on.world.add_machine(in_netgroup(0x0800)));
  node_config config = on.config();
  config.chain.on_internet = true;
  on.add_advertisers(3, config);
  config.reconnect = {1h, 1h, 1.0, 0.0};
  simulated_node& node = on.start(std::move(config));
  node->disconnect(io::endpoint_range{on.advertisers[0].endpoint()});
  on.send(some_transaction(1));
  on.world.run_for(20min);
  CHECK(on.proxy.requests.empty());
  on.world.run_for(2h);
  CHECK(peer.transactions.size() >= 1);
}

TEST_CASE("peers that the operator has chosen are asked for addresses, too, when they take all slots") {
  planted_network on;
  node_config config = on.config();
  config.chain.on_internet = true;
  config.connection_limits.outbound = 8;
  config.custom_store = stocked(on.records, {});
  config.preferred_peers.clear();
  for (std::size_t i = 0; i != 8; ++i) config.preferred_peers.push_back(on.strangers[i].endpoint());
  on.start(std::move(config));
  on.send(some_transaction(1));
  on.world.run_for(2min);
  CHECK(transactions_of(on.strangers) == 3);
}

TEST_CASE("while too few peers have advertised the same addresses own transactions wait, and that is said") {
  std::vector<std::string> warnings;
  private_network on{0};
  on.add(swallow, on.world.add_machine(in_netgroup(0x0800)));
  integration::adapter noting;
  noting.log = [&warnings](const peer::log_line& line) {
    if (line.level == peer::log_level::warning) warnings.push_back(line.text);
  };
  node_config config = on.config();
  config.chain.on_internet = true;
  on.add_advertisers(2, config);
  simulated_node& node = on.start(config, noting);
  on.send(some_transaction(1));
  on.world.run_for(1h);
  CHECK(on.proxy.requests.empty());
  CHECK(node->dandelion().own.stalled);
  CHECK(node->dandelion().own.counted.no_peer > 3);
  const std::string reason = "no address without a session has been advertised by outbound peers in 3 netgroups";
  CHECK(std::ranges::any_of(warnings, [&](const auto& each) { return each.find(reason) != each.npos; }));
  on.stop();
  on.add_advertisers(1, config);
  on.start(config);
  on.world.run_for(1h);
  CHECK(on.strangers.front().transactions.size() >= 1);
}

}  // namespace private_broadcast_planted_test
