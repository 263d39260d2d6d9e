// Discouragement and bans of peers that misbehave.
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <support/addresses.hpp>
#include <support/made_up.hpp>
#include <support/stage.hpp>

#include <pappus/io/timer.hpp>
#include <pappus/peer/access/limits.hpp>
#include <pappus/peer/connections/limits.hpp>

namespace access_ban_manager_test {

using namespace pappus;
using namespace std::chrono_literals;
using support::scripted_peer;
using support::simulated_config;
using support::simulated_node;
using support::stage;
using wire::messages::ping;
using wire::messages::pong;
namespace limits = pappus::peer::limits;

namespace {

/// Connects as the peer that listens at that port, sends an invalid frame, and leaves.
task<void> misbehave(stage* at, std::uint16_t port) {
  auto liar = co_await scripted_peer::dial(at->net(), at->node.endpoint());
  static_cast<void>(co_await liar.greet(liar.good_hand(port)));
  co_await liar.send_frame(ping::code, wire::bytes(3));
  const bool ended = co_await liar.closed(5s);
  CHECK(ended);
}

/// Whether a peer from there with that listening port is accepted.
task<bool> may_come(io::runtime* from, io::endpoint to, std::uint16_t port) {
  auto peer = co_await scripted_peer::dial(*from, to);
  co_await peer.send(peer.good_hand(port));
  const auto frame = co_await peer.receive(1s);
  if (!frame) co_return false;
  const bool ended = co_await peer.closed(1s);
  co_return !ended;
}

task<bool> may_come(stage* at, std::uint16_t port) { return may_come(&at->net(), at->node.endpoint(), port); }

/// Whether the session stays open.
task<bool> is_served(scripted_peer* peer) {
  co_await peer->send(ping{});
  for (;;) {
    const auto got = co_await peer->receive(1s);
    if (!got) co_return false;
    if (got->code == pong::code) co_return true;
  }
}

/// Listens on the other side, accepts connections and performs the handshake.
struct dialed_peer {
  static task<scripted_peer> meet(stage* at, io::listener* listening) {
    auto accepted = co_await listening->accept();
    scripted_peer met{at->net(), std::move(accepted).value()};
    static_cast<void>(co_await met.expect<wire::messages::hand>());
    co_await met.send(met.good_shake());
    static_cast<void>(co_await met.expect<ping>());
    co_return std::move(met);
  }
};

constexpr std::uint16_t listening_port = 7;
constexpr std::array<std::uint16_t, 3> ports{7, 8, 0};  // that peers announce

/// Connects the node to a peer that sends an invalid frame.
task<void> misbehave_when_dialed(stage* at, io::listener* listening) {
  at->node->connect({at->peer_host.address(), listening_port}, [](const auto&) {});
  auto met = co_await dialed_peer::meet(at, listening);
  co_await met.send_frame(ping::code, wire::bytes(3));
  const bool ended = co_await met.closed(5s);
  CHECK(ended);
}

}  // namespace

TEST_CASE(
    "connections from an address that misbehaves are refused before a byte is read, longer each time, then accepted") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    for (const auto refused : {1s, 2s, 4s, 8s}) {
      co_await misbehave(at, 7);
      const io::time_point since = at->net().now();
      const bool same = co_await may_come(at, 7);
      const bool neighbor = co_await may_come(at, 8);
      CHECK_FALSE(same);
      CHECK_FALSE(neighbor);
      static_cast<void>(co_await io::sleep_until(at->net(), since + refused));
      const bool later = co_await may_come(at, 7);
      CHECK(later);
    }
    const auto counted = at->node->statistics();
    CHECK(counted.ban_manager.discouraged == 4);
    CHECK(counted.ban_manager.banned == 0);
    CHECK(counted.connections.refused[peer::disconnect_reason::discouraged] == 8);
    CHECK(at->node->bans().empty());
  };
  on.play(script(&on));
}

TEST_CASE("open sessions of other peers at the address stay, whatever port the misbehaving peer announces") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    std::deque<scripted_peer> honest;
    for (const std::uint16_t port : ports) {
      honest.push_back(co_await scripted_peer::dial(at->net(), at->node.endpoint()));
      static_cast<void>(co_await honest.back().greet(honest.back().good_hand(port)));
    }
    for (std::size_t i = 0; i != 2 * ports.size(); ++i) {
      co_await misbehave(at, ports[i % ports.size()]);
      for (scripted_peer& each : honest) {
        const bool served = co_await is_served(&each);
        CHECK(served);
      }
      for (int pause = 0; pause != 2; ++pause) {
        static_cast<void>(co_await io::sleep_for(at->net(), 17s));
        for (scripted_peer& each : honest) co_await each.send(pong{});
      }
    }
    CHECK(at->node->peers().size() == 3);
    CHECK(at->node->bans().empty());
  };
  sim::machine& elsewhere = on.world.add_machine();
  on.play(script(&on));
  const auto stranger = [](io::runtime* from, stage* at) -> task<void> {
    const bool may = co_await may_come(from, at->node.endpoint(), 7);
    CHECK(may);
  };
  on.play(stranger(&elsewhere.runtime(), &on));
}

TEST_CASE("a peer that misbehaves at every connection gets at most four times a dozen connections an hour") {
  node_config config = simulated_config();
  config.connection_limits.inbound_per_address = limits::max_inbound_per_address;
  stage on{integration::adapter{}, sim::world_options{}, std::move(config)};
  auto insist = [](stage* at, int* tries, io::time_point until) -> task<void> {
    while (at->net().now() < until) {
      static_cast<void>(co_await io::sleep_for(at->net(), 500ms));
      auto liar = co_await scripted_peer::dial(at->net(), at->node.endpoint());
      co_await liar.send(liar.good_hand());
      const auto frame = co_await liar.receive(1s);
      if (!frame) continue;
      ++*tries;
      co_await liar.send_frame(ping::code, wire::bytes(3));
      static_cast<void>(co_await liar.closed(5s));
    }
  };
  const auto within_an_hour = [&] {
    int tries = 0;
    auto all = [](scope& beside, stage* at, decltype(insist) one, int* count) -> task<void> {
      for (int i = 0; i != 8; ++i) beside.spawn(one(at, count, at->net().now() + 1h));
      co_return;
    };
    on.world.run(with_scope(all, &on, insist, &tries));
    return tries;
  };
  CHECK(within_an_hour() <= 60);  // the first refusals are short
  CHECK(within_an_hour() <= 4 * 12);
  CHECK(on.node->bans().empty());
}

TEST_CASE("the score of one session does not end another session of its address") {
  integration::adapter adapter;
  adapter.transaction_received = [](const auto&, auto, const auto&) { return peer::validation_result::reject(); };
  stage on{std::move(adapter)};
  auto script = [](stage* at) -> task<void> {
    auto honest = co_await at->greeted();
    auto liar = co_await at->greeted();
    for (std::uint64_t n = 1; n != 6; ++n) {
      co_await liar.send(wire::messages::transaction{support::some_transaction(n)});
    }
    static_cast<void>(co_await is_served(&liar));
    co_await honest.send(wire::messages::transaction{support::some_transaction(99)});
    const bool served = co_await is_served(&honest);
    CHECK(served);
    CHECK(at->node->statistics().ban_manager.discouraged == 1);  // their address has a score of a hundred now
    co_await liar.send(wire::messages::transaction{support::some_transaction(6)});
    const bool ended = co_await liar.closed(5s);
    CHECK(ended);
    const bool still_served = co_await is_served(&honest);
    CHECK(still_served);
  };
  on.play(script(&on));
}

TEST_CASE(
    "a peer that sends more than five hundred messages at once is disconnected, one that keeps to the rate is not") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto steady = co_await at->greeted();
    for (int i = 0; i != 1'000; ++i) {
      co_await steady.send(ping{});
      static_cast<void>(co_await steady.expect<pong>());
      static_cast<void>(co_await io::sleep_for(at->net(), 160ms));
      if (i % 60 == 0) co_await steady.send(pong{});
    }
    auto flooding = co_await at->greeted();
    for (int i = 0; i != 600; ++i) co_await flooding.send(pong{});
    const bool ended = co_await flooding.closed(10s);
    CHECK(ended);
    CHECK(at->node.disconnected == std::vector<std::string>{"too_many_messages"});
    CHECK(at->node->statistics().ban_manager.discouraged == 1);
  };
  on.play(script(&on));
}

TEST_CASE(
    "an inbound peer that the adapter reports is sent the reason and disconnected, and its address is discouraged, not "
    "banned") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    auto neighbor = co_await at->greeted();
    const auto id = at->node->peers().at(0).id;
    CHECK(at->node->report_misbehavior(id, wire::reason_for_ban::bad_block));
    const auto told = co_await peer.expect<wire::messages::ban_reason>(5s);
    CHECK(told.reason == wire::reason_for_ban::bad_block);
    const bool ended = co_await peer.closed(5s);
    CHECK(ended);
    CHECK(at->node.disconnected == std::vector<std::string>{"reported: bad block"});
    CHECK_FALSE(at->node->report_misbehavior(id, wire::reason_for_ban::bad_block));
    CHECK(at->node->bans().empty());
    const bool served = co_await is_served(&neighbor);
    CHECK(served);
    const bool may = co_await may_come(at, 99);
    CHECK_FALSE(may);
  };
  on.play(script(&on));
}

TEST_CASE(
    "an outbound peer that the adapter reports is banned by endpoint at once; an inbound peer that announces that "
    "endpoint is not") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto listening = at->net().listen({{}, listening_port}).value();
    at->node->connect({at->peer_host.address(), listening_port}, [](const auto&) {});
    auto met = co_await dialed_peer::meet(at, listening.get());
    const auto id = at->node->peers().at(0).id;
    auto claims_to_be = co_await scripted_peer::dial(at->net(), at->node.endpoint());
    static_cast<void>(co_await claims_to_be.greet(claims_to_be.good_hand(listening_port)));
    CHECK(at->node->report_misbehavior(id, wire::reason_for_ban::bad_header));
    const auto told = co_await met.expect<wire::messages::ban_reason>(5s);
    CHECK(told.reason == wire::reason_for_ban::bad_header);
    const auto bans = at->node->bans();
    REQUIRE(bans.size() == 1);
    CHECK(bans[0].range == io::endpoint_range{io::endpoint{at->peer_host.address(), listening_port}});
    CHECK(bans[0].author == peer::ban_author::node);
    CHECK(bans[0].until - bans[0].since == 3h);  // as in Grin
    const bool served = co_await is_served(&claims_to_be);
    CHECK(served);
    const bool neighbor = co_await may_come(at, 8);
    CHECK(neighbor);
  };
  on.play(script(&on));
}

TEST_CASE("an outbound peer is discouraged when it misbehaves, and banned when it goes on") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto listening = at->net().listen({{}, listening_port}).value();
    co_await misbehave_when_dialed(at, listening.get());
    CHECK(at->node->bans().empty());
    CHECK(at->node->statistics().ban_manager.discouraged == 1);
    const bool neighbor = co_await may_come(at, 8);
    CHECK(neighbor);
    co_await misbehave_when_dialed(at, listening.get());
    REQUIRE(at->node->bans().size() == 1);
    CHECK(at->node->bans()[0].range == io::endpoint_range{io::endpoint{at->peer_host.address(), listening_port}});
    const auto again = co_await at->node->connect({at->peer_host.address(), listening_port});
    REQUIRE_FALSE(again.has_value());
    CHECK(again.error() == peer::disconnect_reason::banned);
  };
  on.play(script(&on));
}

TEST_CASE("an outbound preferred peer is never banned by the node; only its session ends") {
  node_config config = simulated_config();
  config.peer_lists.prefer.push_back(io::endpoint_range::parse("0.0.0.0/0").value());
  stage on{integration::adapter{}, sim::world_options{}, std::move(config)};
  auto script = [](stage* at) -> task<void> {
    auto listening = at->net().listen({{}, listening_port}).value();
    for (int i = 0; i != 10; ++i) co_await misbehave_when_dialed(at, listening.get());
    at->node->connect({at->peer_host.address(), listening_port}, [](const auto&) {});
    auto met = co_await dialed_peer::meet(at, listening.get());
    CHECK(at->node->report_misbehavior(at->node->peers().at(0).id, wire::reason_for_ban::bad_header));
    const bool ended = co_await met.closed(5s);
    CHECK(ended);
    CHECK(at->node.disconnected.back() == "reported: bad header");
    CHECK(at->node->bans().empty());
  };
  on.play(script(&on));
}

TEST_CASE("connections from a preferred address are discouraged like any other") {
  node_config config = simulated_config();
  config.peer_lists.prefer.push_back(io::endpoint_range::parse("0.0.0.0/0").value());
  stage on{integration::adapter{}, sim::world_options{}, std::move(config)};
  auto script = [](stage* at) -> task<void> {
    co_await misbehave(at, 7);
    const bool may = co_await may_come(at, 7);
    CHECK_FALSE(may);
  };
  on.play(script(&on));
}

TEST_CASE("a discouraged address gets free slots only, and its peers are evicted first") {
  node_config config = simulated_config();
  config.connection_limits.inbound = 2;
  stage on{integration::adapter{}, sim::world_options{}, std::move(config)};
  auto script = [](stage* at) -> task<void> {
    co_await misbehave(at, 7);
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    {
      auto back = co_await scripted_peer::dial(at->net(), at->node.endpoint());
      static_cast<void>(co_await back.greet(back.good_hand(7)));
      static_cast<void>(co_await back.expect<ping>(5s));
    }
    auto first = co_await at->greeted();
    auto second = co_await at->greeted();
    const bool as_guest = co_await may_come(at, 7);
    CHECK_FALSE(as_guest);
    CHECK(at->node.disconnected.back() == "too_many: discouraged");
  };
  on.play(script(&on));
}

TEST_CASE("connections from this machine do not share an account on a testing network, unless configured") {
  for (const bool limited : {false, true}) {
    CAPTURE(limited);
    sim::world world{1};
    sim::machine& machine = world.add_machine();
    node_config config = simulated_config();
    config.connection_limits.inbound_per_address = 2;
    config.limit_loopback = limited;
    simulated_node node{machine, std::move(config)};
    auto script = [](io::runtime* from, bool strict) -> task<void> {
      const io::endpoint to = support::at("127.0.0.1:23414");
      static_cast<void>(co_await io::sleep_for(*from, 1s));
      std::deque<scripted_peer> peers;
      for (int i = 0; i != 3; ++i) {
        peers.push_back(co_await scripted_peer::dial(*from, to));
        co_await peers.back().send(peers.back().good_hand());
        const auto shaken = co_await peers.back().receive(1s);
        CHECK(shaken.has_value() == (i < 2 || !strict));
      }
      co_await peers.front().send_frame(ping::code, wire::bytes(3));
      static_cast<void>(co_await peers.front().closed(5s));
      const bool may = co_await may_come(from, to, 7);
      CHECK(may == !strict);
    };
    world.run(script(&machine.runtime(), limited));
  }
}

}  // namespace access_ban_manager_test
