// Peers that come by an onion service: all from one machine.
#include <chrono>
#include <deque>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/scripted_peer.hpp>
#include <support/simulated_node.hpp>

#include <pappus/peer/connections/limits.hpp>
#include <pappus/statistics.hpp>

namespace transport_onion_listener_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::transport_type;
using support::scripted_peer;

namespace {

constexpr io::endpoint service{ip_address::v4(0x7f000001), 3413};

/// A node on a testing network, where loopback is exempt from limits by address, at the service's listener excepted.
struct fixture {
  explicit fixture(std::size_t inbound_onion, io::endpoint listener = service) : at(listener) {
    node_config config = support::simulated_config();
    config.onion_listen = service;
    config.connection_limits.inbound_onion = inbound_onion;
    config.connection_limits.inbound_per_address = 1;
    node.emplace(machine, std::move(config));
    world.run_for(1s);
  }

  /// Greets as a new peer does, and stays; false if it is refused.
  bool greet() {
    const auto join = [](fixture& on) -> task<bool> {
      auto dialed = co_await scripted_peer::dial(on.machine.runtime(), on.at);
      co_await dialed.send(dialed.good_hand());
      const auto answer = co_await dialed.receive(10s);
      on.peers.push_back(std::move(dialed));
      co_return answer.has_value();
    };
    return world.run(join(*this));
  }

  sim::world world{1};
  sim::machine& machine = world.add_machine();
  io::endpoint at;
  std::optional<support::simulated_node> node;
  std::deque<scripted_peer> peers;
};

}  // namespace

TEST_CASE("peers that come by an onion service have each an address of its own in one subnet, and none is exempt") {
  fixture on{3};
  for (int i = 0; i != 3; ++i) CHECK(on.greet());
  std::set<ip_address> addresses;
  std::set<ip_address> subnets;
  for (const peer::peer_stats& each : (*on.node)->peers()) {
    CHECK(each.transport == transport_type::onion);
    CHECK_FALSE(each.exempt);
    CHECK(each.endpoint.address.is_named());
    addresses.insert(each.endpoint.address);
    subnets.insert(each.endpoint.address.subnet());
  }
  CHECK(addresses.size() == 3);
  CHECK(subnets.size() == 1);
  const ip_address theirs = *subnets.begin();
  for (unsigned first = 0; first != 0x10000; ++first) {  // whatever the hash of a name, or of a link's key, begins with
    const auto high = static_cast<std::uint8_t>(first >> 8);
    const auto low = static_cast<std::uint8_t>(first & 0xff);
    if (ip_address::named({high, low}).subnet() == theirs) FAIL("a name has an address among theirs");
  }
}

TEST_CASE("of as many peers as may come by an onion service the youngest makes room for the next one") {
  fixture on{16};
  for (int i = 0; i != 16; ++i) CHECK(on.greet());
  const auto ids = [&on] {
    std::set<std::uint64_t> there;
    for (const peer::peer_stats& each : (*on.node)->peers()) there.insert(each.id);
    return there;
  };
  std::set<std::uint64_t> before = ids();
  for (int i = 0; i != 20; ++i) {
    CHECK(on.greet());
    on.world.run_for(100ms);
    const std::set<std::uint64_t> now = ids();
    CHECK(now.size() == 16);
    CHECK_FALSE(now.contains(*before.rbegin()));
    CHECK(*now.rbegin() > *before.rbegin());
    before = now;
  }
  CHECK((*on.node)->statistics().connections.evicted == 20);
}

TEST_CASE("peers of an onion service evict no others, and others none of them while there are slots") {
  fixture on{4};
  for (int i = 0; i != 4; ++i) CHECK(on.greet());
  on.at = {ip_address::v4(0x7f000001), support::port};
  for (int i = 0; i != 4; ++i) CHECK(on.greet());
  on.at = service;
  for (int i = 0; i != 10; ++i) CHECK(on.greet());
  on.world.run_for(1s);
  std::size_t by_onion = 0;
  for (const peer::peer_stats& each : (*on.node)->peers()) by_onion += each.transport == transport_type::onion ? 1 : 0;
  CHECK(by_onion == 4);
  CHECK((*on.node)->peers().size() == 8);
}

TEST_CASE("connections by an onion service that say nothing keep nobody out, and displace only each other") {
  fixture on{4};
  const auto hold = [](fixture& in, io::endpoint to) -> task<void> {
    in.peers.push_back(co_await scripted_peer::dial(in.machine.runtime(), to));
  };
  on.world.run(hold(on, on.node->endpoint()));
  for (std::size_t i = 0; i != 2 * peer::limits::max_pending_handshakes; ++i) on.world.run(hold(on, service));
  CHECK((*on.node)->statistics().connections.handshaking <= peer::limits::max_pending_handshakes);
  for (int i = 0; i != 4; ++i) CHECK(on.greet());
  const auto finish = [](scripted_peer& first) -> task<bool> {
    co_await first.send(first.good_hand());
    const auto answer = co_await first.receive(10s);
    co_return answer.has_value();
  };
  CHECK(on.world.run(finish(on.peers.front())));
}

TEST_CASE("at the other listener loopback is exempt on a testing network") {
  fixture on{1, {ip_address::v4(0x7f000001), support::port}};
  for (int i = 0; i != 3; ++i) CHECK(on.greet());
  for (const peer::peer_stats& each : (*on.node)->peers()) {
    CHECK(each.transport == transport_type::direct);
    CHECK(each.exempt);
  }
}

TEST_CASE("a peer of an onion service that misbehaves ends its own session and nobody else's, nor the next one") {
  fixture on{4};
  CHECK(on.greet());
  for (int times = 0; times != 30; ++times) {
    REQUIRE(on.greet());
    auto misbehave = [](scripted_peer& who) -> task<bool> {
      wire::bytes wrong(64);
      co_await who.send_bytes(std::move(wrong));  // another magic
      co_return co_await who.closed();
    };
    CHECK(on.world.run(misbehave(on.peers.back())));
    on.peers.pop_back();
  }
  CHECK((*on.node)->peers().size() == 1);
  CHECK((*on.node)->statistics().ban_manager.discouraged == 0);
}

TEST_CASE("nothing that came by an onion service is dialed, advertised or kept as an address") {
  fixture on{4};
  for (int i = 0; i != 4; ++i) CHECK(on.greet());
  on.world.run_for(1h);
  CHECK((*on.node)->known_addresses().empty());
  CHECK((*on.node)->statistics().dialer.dials == 0);
}

}  // namespace transport_onion_listener_test
