// The connection manager: limits, preferred peers and the listener buffer.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <support/stage.hpp>

#include <pappus/io/timer.hpp>
#include <pappus/peer/address.hpp>
#include <pappus/peer/connections/limits.hpp>

namespace connections_connection_manager_test {

using namespace pappus;
using namespace std::chrono_literals;
using support::scripted_peer;
using support::simulated_config;
using support::simulated_node;
using support::stage;
using wire::messages::hand;

namespace {

using reasons = std::vector<std::string>;

stage with(node_config config) { return stage{integration::adapter{}, sim::world_options{}, std::move(config)}; }

node_config with_slots(std::size_t inbound, std::size_t guests) {
  node_config config = simulated_config();
  config.connection_limits.inbound = inbound;
  config.connection_limits.listener_buffer = guests;
  return config;
}

}  // namespace

TEST_CASE("a node that stops during a handshake does not blame the peer") {
  sim::world world{1};
  sim::machine& silent = world.add_machine();
  sim::machine& at = world.add_machine();
  const io::endpoint where{silent.address(), support::port};
  auto listen = [](sim::machine* on, io::endpoint here) -> task<void> {
    auto listener = on->runtime().listen(here).value();
    auto accepted = co_await listener->accept();
    static_cast<void>(co_await io::sleep_for(on->runtime(), 1min));
  };
  silent.spawn(listen(&silent, where));
  simulated_node node{at};
  auto heard_of = [](simulated_node* self, io::endpoint there) -> task<void> {
    static_cast<void>(co_await io::sleep_for(self->net(), 1s));
    auto sender = co_await scripted_peer::dial(self->net(), self->endpoint());
    static_cast<void>(co_await sender.greet(sender.good_hand()));
    wire::messages::peer_addrs message;
    message.addresses.push_back(peer::to_wire(there));
    co_await sender.send(std::move(message));
    static_cast<void>(co_await io::sleep_for(self->net(), 1s));
    (*self)->connect(there, [](const auto&) {});
    static_cast<void>(co_await io::sleep_for(self->net(), 1s));
    (*self)->stop();
    static_cast<void>(co_await io::sleep_for(self->net(), 3s));
  };
  world.run(heard_of(&node, where));
  bool found = false;
  for (const auto& each : node->known_addresses()) {
    if (each.address != peer::to_wire(where)) continue;
    found = true;
    CHECK(each.attempts == 1);
    CHECK(each.failures == 0);
  }
  CHECK(found);
}

TEST_CASE("peers at one address are different peers, though all announce the default port") {
  node_config config = simulated_config();
  config.connection_limits.inbound_per_address = peer::limits::max_inbound_per_address;
  stage on = with(std::move(config));
  auto script = [](stage* at) -> task<void> {
    std::deque<scripted_peer> peers;
    for (std::size_t i = 0; i != peer::limits::max_inbound_per_address; ++i) {
      peers.push_back(co_await scripted_peer::dial(at->net(), at->node.endpoint()));
      static_cast<void>(co_await peers.back().greet(peers.back().good_hand(support::port)));
    }
    static_cast<void>(co_await io::sleep_for(at->net(), 25s));
    for (scripted_peer& each : peers) {
      co_await each.send(wire::messages::ping{});
      static_cast<void>(co_await each.expect<wire::messages::pong>(5s));
    }
    std::set<std::uint64_t> ids;
    for (const auto& each : at->node->peers()) ids.insert(each.id);
    CHECK(ids.size() == peer::limits::max_inbound_per_address);
  };
  on.play(script(&on));
}

TEST_CASE("disconnect ends one session by its id, or all sessions with an announced endpoint") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    std::deque<scripted_peer> peers;
    for (const std::uint16_t port : std::array<std::uint16_t, 4>{7, 7, 8, 0}) {
      peers.push_back(co_await scripted_peer::dial(at->net(), at->node.endpoint()));
      static_cast<void>(co_await peers.back().greet(peers.back().good_hand(port)));
    }
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    const pappus::ip_address here = at->peer_host.address();
    CHECK(at->node->disconnect(io::endpoint{here, 9}) == 0);
    CHECK(at->node->disconnect(io::endpoint{here, 0}) == 1);
    CHECK(at->node->disconnect(io::endpoint{here, 7}) == 2);
    const bool last_left = co_await peers.back().closed(5s);
    CHECK(last_left);
    REQUIRE(at->node->peers().size() == 1);
    CHECK(at->node->disconnect(at->node->peers()[0].id));
    CHECK_FALSE(at->node->disconnect(std::uint64_t{99}));
    const bool left = co_await peers[2].closed(5s);
    CHECK(left);
  };
  on.play(script(&on));
}

TEST_CASE("four inbound connections from one address are accepted; the fifth is closed before it sends a byte") {
  node_config config = simulated_config();
  config.connection_limits.inbound_per_address = peer::limits::max_inbound_per_address;
  stage on = with(std::move(config));
  auto script = [](stage* at) -> task<void> {
    std::deque<scripted_peer> peers;
    for (std::size_t i = 0; i != 4; ++i) peers.push_back(co_await at->greeted());
    auto fifth = co_await scripted_peer::dial(at->net(), at->node.endpoint());
    const bool turned_away = co_await fifth.closed(1s);
    CHECK(turned_away);
    CHECK(at->node->statistics().connections.refused[peer::disconnect_reason::too_many_peers] == 1);
    peers.front().close();
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    static_cast<void>(co_await at->greeted());
  };
  on.play(script(&on));
}

TEST_CASE("connections that say nothing keep out no other peer of their address, which displace them") {
  node_config config = simulated_config();
  config.connection_limits.inbound_per_address = 2;
  stage on = with(std::move(config));
  auto script = [](stage* at) -> task<void> {
    std::deque<scripted_peer> silent;
    for (std::size_t i = 0; i != 20; ++i) {
      silent.push_back(co_await scripted_peer::dial(at->net(), at->node.endpoint()));
    }
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    CHECK(at->node->statistics().connections.handshaking == 2);
    std::deque<scripted_peer> peers;
    for (std::size_t i = 1; i != 3; ++i) {
      peers.push_back(co_await at->greeted());
      CHECK(at->node->statistics().connections.handshaking == 2 - i);
    }
    CHECK(at->node->statistics().connections.handshakes_evicted == 20);
    CHECK(at->node->statistics().connections.refused.total() == 0);
    for (scripted_peer& each : silent) {
      const bool ended = co_await each.closed(1s);
      CHECK(ended);
    }
  };
  on.play(script(&on));
}

TEST_CASE(
    "when all inbound slots and the listener buffer are full, a new peer is refused, but a preferred one is not") {
  node_config config = with_slots(2, 2);  // so few peers are all protected from eviction
  config.peer_lists.prefer.push_back(io::endpoint_range::parse("200.0.0.0/8").value());
  stage on = with(std::move(config));
  sim::machine& preferred = on.world.add_machine(pappus::ip_address::parse("200.1.1.1").value());
  auto script = [](stage* at, sim::machine* friends) -> task<void> {
    std::deque<scripted_peer> peers;
    for (std::size_t i = 0; i != 4; ++i) peers.push_back(co_await at->greeted());
    auto fifth = co_await at->shaken();
    const bool ended = co_await fifth.closed(5s);
    CHECK(ended);
    CHECK(at->node.disconnected.back() == "too_many: inbound peers");
    auto good = co_await scripted_peer::dial(friends->runtime(), at->node.endpoint());
    static_cast<void>(co_await good.greet(good.good_hand()));
    static_cast<void>(co_await good.expect<wire::messages::ping>(5s));
    CHECK(at->node->statistics().inbound == 5);
  };
  on.play(script(&on, &preferred));
}

TEST_CASE("of all peers at a preferred address one is preferred; another is when it leaves") {
  node_config config = with_slots(2, 0);
  config.connection_limits.inbound_per_address = 2;
  config.peer_lists.prefer.push_back(io::endpoint_range::parse("200.1.1.1:5555").value());
  stage on = with(std::move(config));
  sim::machine& preferred = on.world.add_machine(pappus::ip_address::parse("200.1.1.1").value());
  auto script = [](stage* at, io::runtime* friends) -> task<void> {
    auto first = co_await at->greeted();
    auto second = co_await at->greeted();
    {
      auto good = co_await scripted_peer::dial(*friends, at->node.endpoint());
      static_cast<void>(co_await good.greet(good.good_hand(1)));
      static_cast<void>(co_await good.expect<wire::messages::ping>(5s));
      auto same = co_await scripted_peer::dial(*friends, at->node.endpoint());
      co_await same.send(same.good_hand(5555));
      const bool refused = co_await same.closed(5s);
      CHECK(refused);
      CHECK(at->node->statistics().inbound == 3);
    }
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    auto again = co_await scripted_peer::dial(*friends, at->node.endpoint());
    static_cast<void>(co_await again.greet(again.good_hand(1)));
    static_cast<void>(co_await again.expect<wire::messages::ping>(5s));
  };
  on.play(script(&on, &preferred.runtime()));
}

TEST_CASE("peers in the listener buffer have time to request addresses, then the newest leave") {
  stage on = with(with_slots(3, 2));
  auto script = [](stage* at) -> task<void> {
    std::deque<scripted_peer> peers;
    for (std::size_t i = 0; i != 5; ++i) peers.push_back(co_await at->greeted());
    co_await peers.back().send(wire::messages::get_peer_addrs{});
    static_cast<void>(co_await peers.back().expect<wire::messages::peer_addrs>(5s));
    for (int i = 0; i != 7; ++i) {
      static_cast<void>(co_await io::sleep_for(at->net(), 10s));
      CHECK(at->node->peers().size() == (i < 5 ? 5 : 3));
      for (scripted_peer& each : peers) co_await each.send(wire::messages::pong{});
    }
    for (std::size_t i = 0; i != 5; ++i) {
      const bool left = co_await peers[i].closed(1s);
      CHECK(left == (i >= 3));
    }
    CHECK(at->node->statistics().connections.evicted == 2);
  };
  on.play(script(&on));
}

TEST_CASE("a node without inbound slots closes inbound connections, and connects to others") {
  stage on = with(with_slots(0, 8));
  simulated_node other{on.peer_host};
  auto script = [](stage* at, simulated_node* friendly) -> task<void> {
    auto refused = co_await scripted_peer::dial(at->net(), at->node.endpoint());
    const bool closed = co_await refused.closed(1s);
    CHECK(closed);
    const auto connected = co_await at->node->connect(friendly->endpoint());
    CHECK(connected.has_value());
  };
  on.play(script(&on, &other));
}

TEST_CASE("silent connections from many networks do not keep an honest peer from its handshake") {
  node_config config = simulated_config();
  config.connection_limits.handshakes = 32;
  stage on = with(std::move(config));
  auto flood = [](sim::machine* from, io::endpoint to) -> task<void> {
    std::deque<scripted_peer> silent;
    for (int i = 0; i != 200; ++i) {
      auto dialed = co_await from->runtime().connect(to);
      if (dialed) silent.emplace_back(from->runtime(), std::move(*dialed));
      static_cast<void>(co_await io::sleep_for(from->runtime(), 10ms));
    }
  };
  for (int i = 0; i != 4; ++i) {
    sim::machine& attacker = on.world.add_machine();
    attacker.spawn(flood(&attacker, on.node.endpoint()));
  }
  auto script = [](stage* at) -> task<void> {
    static_cast<void>(co_await io::sleep_for(at->net(), 5s));
    const io::time_point began = at->net().now();
    static_cast<void>(co_await at->greeted());
    CHECK(at->net().now() - began < 1s);
    CHECK(at->node->statistics().connections.handshaking <= 32);
    CHECK(at->node->statistics().connections.handshakes_evicted > 100);
  };
  on.play(script(&on));
}

TEST_CASE("fifteen thousand silent connections a minute do not delay the handshakes of honest peers") {
  sim::world_options options;
  options.default_link.latency = 10ms;
  stage on{options};
  auto flood = [](sim::machine* from, io::endpoint to) -> task<void> {
    std::deque<io::stream_ptr> silent;
    for (;;) {
      auto dialed = co_await from->runtime().connect(to);
      if (dialed) silent.push_back(std::move(*dialed));
      if (silent.size() > 16) silent.pop_front();
      const auto slept = co_await io::sleep_for(from->runtime(), 380ms);  // 250 a second, all of them together
      if (!slept) co_return;
    }
  };
  for (std::uint32_t i = 0; i != 100; ++i) {
    sim::machine& attacker =
        on.world.add_machine(pappus::ip_address::v4(0x53000001 + (i % 20 << 8) + i / 20));  // in twenty blocks
    attacker.spawn(flood(&attacker, on.node.endpoint()));
  }
  std::vector<io::duration> took;
  auto script = [](stage* at, std::vector<io::duration>* times) -> task<void> {
    static_cast<void>(co_await io::sleep_for(at->net(), 10s));
    for (int i = 0; i != 200; ++i) {
      const io::time_point began = at->net().now();
      auto peer = co_await at->shaken();
      times->push_back(at->net().now() - began);
      static_cast<void>(co_await io::sleep_for(at->net(), 250ms));
    }
  };
  on.play(script(&on, &took));
  std::ranges::sort(took);
  CHECK(took[took.size() * 99 / 100] < 100ms);
  const auto counted = on.node->statistics().connections;
  CHECK(counted.handshakes_evicted + counted.failed_handshakes.total() > 12'000);
  CHECK(counted.handshaking <= peer::limits::max_pending_handshakes);
}

TEST_CASE("peer_stats has the age of a session, its ping times, and its traffic") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    wire::messages::pong answer;
    answer.total_difficulty = 7;
    answer.height = 3;
    co_await peer.send(std::move(answer));
    static_cast<void>(co_await io::sleep_for(at->net(), 25s));
    const auto peers = at->node->peers();
    REQUIRE(peers.size() == 1);
    CHECK(peers[0].connected >= 25s);
    CHECK(peers[0].idle >= 24s);
    REQUIRE(peers[0].ping.has_value());
    CHECK(*peers[0].ping > 0s);
    CHECK(*peers[0].ping < 1s);
    CHECK(peers[0].messages_received == 1);
    CHECK(peers[0].bytes_received > 27);
    CHECK(peers[0].bytes_sent == 3 * 27);   // pings
    CHECK(peers[0].sends_per_second == 2);  // one in ten seconds
    CHECK(peers[0].tip == peer::chain_tip{7, 3});
  };
  on.play(script(&on));
}

}  // namespace connections_connection_manager_test
