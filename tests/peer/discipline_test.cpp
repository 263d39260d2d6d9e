#include <chrono>
#include <deque>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <support/stage.hpp>

#include <pappus/io/timer.hpp>

using namespace pappus;
using namespace std::chrono_literals;
using support::scripted_peer;
using support::simulated_config;
using support::simulated_node;
using support::stage;
using wire::messages::ping;

namespace {

/// Comes as the peer that listens at that port, says what nobody can read, and is gone.
task<void> misbehave(stage* at, std::uint16_t port) {
  auto liar = co_await scripted_peer::dial(at->net(), at->node.endpoint());
  static_cast<void>(co_await liar.greet(liar.good_hand(port)));
  co_await liar.send_frame(ping::code, wire::bytes(3));
  const bool ended = co_await liar.closed(5s);
  CHECK(ended);
}

/// Whether the peer that listens at that port is let in.
task<bool> may_come(stage* at, std::uint16_t port) {
  auto peer = co_await scripted_peer::dial(at->net(), at->node.endpoint());
  co_await peer.send(peer.good_hand(port));
  const auto said = co_await peer.receive(1s);
  if (!said) co_return false;
  const bool ended = co_await peer.closed(1s);
  co_return !ended;
}

}  // namespace

TEST_CASE("a peer that says what nobody can read is discouraged, and banned when it goes on; its neighbours are not") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    for (int i = 1; i != 3; ++i) {
      co_await misbehave(at, 7);
      CHECK(at->node->statistics().discipline.discouraged == i);
      CHECK(at->node->bans().empty());
    }
    co_await misbehave(at, 7);
    const auto bans = at->node->bans();
    REQUIRE(bans.size() == 1);
    CHECK(bans[0].whom == io::endpoint_range{io::endpoint{at->peer_host.address(), 7}});
    CHECK(bans[0].by == peer::ban_author::node);
    CHECK(bans[0].until - bans[0].since == peer::limits::usual_ban);
    const bool same = co_await may_come(at, 7);
    const bool neighbour = co_await may_come(at, 8);
    CHECK_FALSE(same);
    CHECK(neighbour);
  };
  on.play(script(&on));
}

TEST_CASE("an address is banned as a whole when three peers behind it have been") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    for (std::uint16_t port = 7; port != 10; ++port) {
      const bool before = co_await may_come(at, 99);
      CHECK(before);
      for (int i = 0; i != 3; ++i) co_await misbehave(at, port);
    }
    const auto bans = at->node->bans();
    REQUIRE(bans.size() == 4);
    CHECK(bans[0].whom == io::endpoint_range{io::endpoint{at->peer_host.address(), 0}});
    const bool after = co_await may_come(at, 99);
    CHECK_FALSE(after);
    static_cast<void>(co_await io::sleep_for(at->net(), peer::limits::usual_ban));
    const bool at_last = co_await may_come(at, 99);
    CHECK(at_last);
  };
  on.play(script(&on));
}

TEST_CASE("whoever sends more than five hundred messages at once is sent away, one who keeps to the rate is not") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto steady = co_await at->greeted();
    for (int i = 0; i != 1'000; ++i) {
      co_await steady.send(ping{});
      static_cast<void>(co_await steady.expect<wire::messages::pong>());
      static_cast<void>(co_await io::sleep_for(at->net(), 160ms));
      if (i % 60 == 0) co_await steady.send(wire::messages::pong{});
    }
    auto flooding = co_await at->greeted();
    for (int i = 0; i != 600; ++i) co_await flooding.send(wire::messages::pong{});
    const bool ended = co_await flooding.closed(10s);
    CHECK(ended);
    CHECK(at->node.disconnected == std::vector<std::string>{"too_many_messages"});
    CHECK(at->node->statistics().discipline.discouraged == 1);
  };
  on.play(script(&on));
}

TEST_CASE("what the host reports is a ban at once, and the peer is told why") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    const auto id = at->node->peers().at(0).id;
    CHECK(at->node->report(id, wire::ban_cause::bad_block));
    const auto told = co_await peer.expect<wire::messages::ban_reason>(5s);
    CHECK(told.cause == wire::ban_cause::bad_block);
    const bool ended = co_await peer.closed(5s);
    CHECK(ended);
    CHECK_FALSE(at->node->report(id, wire::ban_cause::bad_block));
    const auto bans = at->node->bans();
    REQUIRE(bans.size() == 1);
    CHECK(bans[0].cause == wire::ban_cause::bad_block);
    CHECK(bans[0].by == peer::ban_author::node);
  };
  on.play(script(&on));
}

TEST_CASE("a preferred peer is never banned by the node, only its session ends") {
  node_config config = simulated_config();
  config.lists.prefer.push_back(io::endpoint_range::parse("0.0.0.0/0").value());
  stage on{peer::host{}, sim::world_options{}, std::move(config)};
  auto script = [](stage* at) -> task<void> {
    for (int i = 0; i != 10; ++i) co_await misbehave(at, 7);
    auto peer = co_await at->greeted();
    CHECK(at->node->report(at->node->peers().at(0).id, wire::ban_cause::bad_header));
    const bool ended = co_await peer.closed(5s);
    CHECK(ended);
    CHECK(at->node.disconnected.back() == "reported: bad header");
    CHECK(at->node->bans().empty());
  };
  on.play(script(&on));
}

TEST_CASE("a discouraged peer gets a slot only while there are free ones, and is not dialled by the node itself") {
  node_config config = simulated_config();
  config.slots.inbound = 2;
  stage on{peer::host{}, sim::world_options{}, std::move(config)};
  auto script = [](stage* at) -> task<void> {
    co_await misbehave(at, 7);
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
