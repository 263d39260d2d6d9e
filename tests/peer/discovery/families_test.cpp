// Peers of both families: who is found, dialed, and counted as one.
#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "peer/discovery/seeded_network.hpp"

namespace discovery_families_test {

using namespace discovery;
using namespace std::chrono_literals;

namespace {

/// A publicly routable address of IPv6 in a netgroup of its own.
ip_address v6(std::uint16_t group, std::uint8_t host = 1) {
  std::array<std::uint8_t, 16> bytes{0x2a, 0x01};
  bytes[2] = static_cast<std::uint8_t>(group >> 8);
  bytes[3] = static_cast<std::uint8_t>(group & 0xff);
  bytes[15] = host;
  return ip_address::v6(bytes);
}

ip_address v4(std::uint8_t group) { return ip_address::v4(0x50000001 + (std::uint32_t{group} << 16)); }

std::size_t count(simulated_node& of, bool is_v4) {
  std::size_t count = 0;
  for (const peer::peer_stats& each : of->peers()) count += each.endpoint.address.is_v4() == is_v4 ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("nodes of IPv6 find each other as those of IPv4 do") {
  sim::world world{1};
  std::deque<simulated_node> nodes;
  for (std::uint16_t i = 0; i != 12; ++i) nodes.emplace_back(world.add_machine(v6(i)), network::with_seed());
  world.set_name("seed.example", {v6(0)});
  world.run_for(10min);
  for (simulated_node& each : nodes) {
    CHECK(each->peers().size() >= peer::limits::max_outbound);
  }
}

TEST_CASE("a node without IPv6 fills its slots though nine of ten addresses are of IPv6") {
  sim::world world{1};
  std::deque<simulated_node> others;
  std::vector<ip_address> addresses;
  for (std::uint16_t i = 0; i != 90; ++i) addresses.push_back(v6(i));
  for (std::uint8_t i = 0; i != 10; ++i) {
    others.emplace_back(world.add_machine(v4(i)), public_and_idle());
    addresses.push_back(v4(i));
  }
  for (std::size_t i = 0; i != 5; ++i)
    world.set_name("seed" + std::to_string(i) + ".example",
                   {addresses.begin() + static_cast<std::ptrdiff_t>(20 * i),
                    addresses.begin() + static_cast<std::ptrdiff_t>(20 * i + 20)});
  node_config config = public_config();
  config.seeds.emplace();
  for (int i = 0; i != 5; ++i) config.seeds->push_back({"seed" + std::to_string(i) + ".example", support::port});
  simulated_node node{world.add_machine(v4(200)), std::move(config)};
  world.run_for(2min);
  CHECK(outbound(node) == peer::limits::max_outbound);
  world.run_for(2h);
  CHECK(outbound(node) == peer::limits::max_outbound);
  CHECK(node->statistics().connections.local_dial_failures < 30);  // one for each pause, not one for each address
}

TEST_CASE("a node of both families connects with both, and tells each of the other's") {
  sim::world world{1};
  std::deque<simulated_node> others;
  std::vector<ip_address> seeds;
  for (std::uint16_t i = 0; i != 6; ++i) {
    others.emplace_back(world.add_machine(v6(i)), public_and_idle());
    others.emplace_back(world.add_machine(v4(static_cast<std::uint8_t>(i))), public_and_idle());
    seeds.push_back(v6(i));
    seeds.push_back(v4(static_cast<std::uint8_t>(i)));
  }
  world.set_name("seed.example", seeds);
  simulated_node node{world.add_machine({v4(100), v6(100)}), network::with_seed()};
  world.run_for(10min);
  CHECK(outbound(node) == peer::limits::max_outbound);
  CHECK(count(node, true) != 0);
  CHECK(count(node, false) != 0);
  world.set_name("seed.example", {v4(100)});
  simulated_node newcomer{world.add_machine(v4(101)), network::with_seed()};
  world.run_for(10min);
  std::size_t heard_of = 0;
  for (const auto& each : newcomer->known_addresses()) heard_of += each.address.ip.is_v4() ? 0 : 1;
  CHECK(heard_of != 0);
  simulated_node other_newcomer{world.add_machine(v6(101)), network::with_seed()};
  world.set_name("seed.example", {v6(100)});
  world.run_for(10min);
  heard_of = 0;
  for (const auto& each : other_newcomer->known_addresses()) heard_of += each.address.ip.is_v4() ? 1 : 0;
  CHECK(heard_of != 0);
}

TEST_CASE("a failed dial while nothing else is known is tried again as soon as the network is back") {
  sim::world world{1};
  simulated_node other{world.add_machine(v4(1)), public_and_idle()};
  world.set_name("seed.example", {v4(1)});
  sim::machine& at = world.add_machine(v6(2));  // without an address of IPv4
  simulated_node node{at, network::with_seed()};
  world.run_for(1min);
  CHECK(outbound(node) == 0);
  CHECK(node->statistics().connections.local_dial_failures > 1);
}

TEST_CASE("the addresses of one /64 are one peer's, those of another /64 are another's") {
  sim::world world{1};
  node_config config = public_and_idle();
  config.connection_limits.inbound_per_address = 2;
  simulated_node node{world.add_machine(v6(1)), std::move(config)};
  std::deque<simulated_node> dialers;
  std::size_t refused = 0;
  const auto dial = [&](const ip_address& from) {
    dialers.emplace_back(world.add_machine(from), public_and_idle());
    dialers.back()->connect(node.endpoint(), [&](const auto& outcome) { refused += outcome ? 0 : 1; });
    world.run_for(10s);
  };
  for (const std::uint8_t host : std::array<std::uint8_t, 4>{1, 2, 3, 4}) dial(v6(2, host));
  CHECK(refused == 2);
  CHECK(node->peers().size() == 2);
  dial(v6(3));
  CHECK(refused == 2);
  CHECK(node->peers().size() == 3);
}

TEST_CASE("a ban of a block of IPv6 disconnects and refuses all its addresses, and no others") {
  sim::world world{1};
  simulated_node node{world.add_machine({v4(1), v6(1)}), public_and_idle()};
  std::deque<simulated_node> others;
  for (const ip_address& each : {v6(2, 1), v6(2, 2), v6(3), v4(2)}) {
    others.emplace_back(world.add_machine(each), public_and_idle());
    const ip_address at = each.is_v4() ? v4(1) : v6(1);
    others.back()->connect({at, support::port}, [](const auto&) {});
  }
  world.run_for(10s);
  CHECK(node->peers().size() == 4);
  node->ban(io::endpoint_range{v6(2), 32}, 1h, wire::reason_for_ban::manual, {});
  world.run_for(10s);
  CHECK(node->peers().size() == 2);
  others[0]->connect({v6(1), support::port}, [](const auto&) {});
  world.run_for(10s);
  CHECK(node->peers().size() == 2);
}

}  // namespace discovery_families_test
