#include <chrono>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <support/stage.hpp>

#include <pappus/io/timer.hpp>

using namespace pappus;
using namespace std::chrono_literals;
using support::scripted_peer;
using support::simulated_node;
using support::stage;

TEST_CASE("a ban that is awaited ends the session with its reason, keeps the peer out, and is lifted by an unban") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    const auto banned =
        co_await at->node->ban(io::endpoint{at->peer_host.address(), 0}, 3h, wire::ban_cause::bad_block);
    CHECK(banned.has_value());
    const auto why = co_await peer.expect<wire::messages::ban_reason>();
    CHECK(why.cause == wire::ban_cause::bad_block);
    const bool closed = co_await peer.closed(5s);
    CHECK(closed);
    CHECK(at->node.disconnected == std::vector<std::string>{"banned: bad block"});
    const auto listed = at->node->bans();
    REQUIRE(listed.size() == 1);
    CHECK(listed[0].until - listed[0].since == 3h);

    auto again = co_await scripted_peer::dial(at->peer_host.net(), at->node.endpoint());
    const bool turned_away = co_await again.closed(5s);
    CHECK(turned_away);
    CHECK(at->node->statistics().connections.turned_away[peer::end_cause::banned] == 1);
    const auto dialled = co_await at->node->connect({at->peer_host.address(), 99});
    REQUIRE_FALSE(dialled.has_value());
    CHECK(dialled.error().cause == peer::end_cause::banned);

    const auto lifted = co_await at->node->unban(io::endpoint{at->peer_host.address(), 0});
    REQUIRE(lifted.has_value());
    CHECK(*lifted == 1);
    static_cast<void>(co_await at->greeted());
  };
  on.play(script(&on));
}

TEST_CASE("a ban lasts as long as it should, and a hundred years at most") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    const io::endpoint where{at->peer_host.address(), 0};
    static_cast<void>(co_await at->node->ban(where, 1h));
    static_cast<void>(co_await io::sleep_for(at->peer_host.net(), 1h + 1s));
    CHECK(at->node->bans().empty());
    static_cast<void>(co_await at->greeted());
    static_cast<void>(co_await at->node->ban(where, io::wall_time::duration::max()));
    CHECK(at->node->bans().at(0).until - at->node->bans().at(0).since == peer::limits::longest_ban);
    static_cast<void>(co_await at->node->ban(where, -1h));
    CHECK(at->node->bans().empty());
  };
  on.play(script(&on));
}

TEST_CASE("a ban made before the node runs is in force when it does") {
  sim::world world{1};
  sim::host& at = world.add_host();
  sim::host& peers = world.add_host();
  simulated_node node{at};
  node->ban(io::endpoint{peers.address(), 0}, 1h, wire::ban_cause::manual, {});
  auto script = [](sim::host* from, io::endpoint where) -> task<void> {
    static_cast<void>(co_await io::sleep_for(from->net(), 1s));
    auto peer = co_await scripted_peer::dial(from->net(), where);
    const bool turned_away = co_await peer.closed(5s);
    CHECK(turned_away);
  };
  world.run(script(&peers, node.endpoint()));
}
