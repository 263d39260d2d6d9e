// Faults of those who answer in the place of a dialed endpoint: a proxy, or an exit of Tor.
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include <doctest/doctest.h>
#include <support/scripted_peer.hpp>
#include <support/simulated_node.hpp>
#include <support/socks_proxy.hpp>

#include <pappus/statistics.hpp>

namespace transport_tampering_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::transport_rule;
using support::scripted_peer;

namespace {

const std::string onion = std::string(56, 'c') + ".onion";

/// A node that connects through a proxy to an endpoint, as which somebody answers and then breaks the protocol.
struct fixture {
  explicit fixture(bool prefers = false) {
    there.spawn(answer(*this));
    proxy.services[onion] = endpoint;
    node_config config = support::simulated_config();
    config.transport.rule = transport_rule::proxy;
    config.transport.proxy = proxy.settings();
    if (prefers) config.peer_lists.prefer.emplace_back(endpoint);
    node.emplace(here, std::move(config));
    world.run_for(1s);
  }

  static task<void> answer(fixture& on) {
    auto listener = on.there.runtime().listen({{}, support::port}).value();
    for (;;) {
      auto accepted = co_await listener->accept();
      if (!accepted) co_return;
      scripted_peer met{on.there.runtime(), std::move(*accepted)};
      static_cast<void>(co_await met.expect<wire::messages::hand>());
      co_await met.send(met.good_shake());
      if (on.breaks_protocol) co_await met.send_bytes(wire::bytes(64));  // another magic
      static_cast<void>(co_await met.closed(1min));
    }
  }

  /// Connects, and waits until nothing more happens.
  bool connect(const std::string& host) {
    std::optional<result<peer::peer_info>> outcome;
    (*node)->connect(peer::seed{host, support::port}, [&outcome](auto done) { outcome = std::move(done); });
    world.run_for(10s);
    REQUIRE(outcome);
    return outcome->has_value();
  }
  bool connect() { return connect(to_string(endpoint.address)); }
  [[nodiscard]] node_statistics counted() { return (*node)->statistics(); }

  sim::world world{1};
  sim::machine& here = world.add_machine();
  sim::machine& there = world.add_machine();
  io::endpoint endpoint{there.address(), support::port};
  support::socks_proxy proxy{world.add_machine()};
  bool breaks_protocol = true;
  std::optional<support::simulated_node> node;
};

}  // namespace

TEST_CASE("what is done over a connection through a proxy has the endpoint discouraged, and never banned") {
  fixture on;
  for (int times = 0; times != 5; ++times) CHECK(on.connect());
  CHECK((*on.node)->peers().empty());
  CHECK((*on.node)->bans().empty());
  CHECK(on.counted().ban_manager.banned == 0);
  CHECK(on.counted().ban_manager.discouraged == 5);
}

TEST_CASE("what the application reports of a peer behind a proxy ends its session, and bans nobody") {
  fixture on;
  on.breaks_protocol = false;
  CHECK(on.connect());
  REQUIRE((*on.node)->peers().size() == 1);
  CHECK((*on.node)->report_misbehavior((*on.node)->peers().front().id, wire::reason_for_ban::bad_block));
  on.world.run_for(10s);
  CHECK((*on.node)->peers().empty());
  CHECK((*on.node)->bans().empty());
  CHECK(on.counted().ban_manager.discouraged == 1);
}

TEST_CASE("a preferred endpoint is not even discouraged for what is done through a proxy") {
  fixture on{true};
  CHECK(on.connect());
  on.breaks_protocol = false;
  CHECK(on.connect());
  REQUIRE((*on.node)->peers().size() == 1);
  CHECK((*on.node)->report_misbehavior((*on.node)->peers().front().id, wire::reason_for_ban::bad_block));
  CHECK(on.counted().ban_manager.discouraged == 0);
  CHECK((*on.node)->bans().empty());
}

TEST_CASE("an onion service, which nobody can answer in the place of, is banned as a direct peer is") {
  fixture on;
  CHECK(on.connect(onion));
  CHECK((*on.node)->bans().empty());
  CHECK(on.connect(onion));
  CHECK((*on.node)->bans().size() == 1);
  CHECK_FALSE(on.connect(onion));
}

}  // namespace transport_tampering_test
