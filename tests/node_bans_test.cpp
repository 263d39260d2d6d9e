// Bans by the application.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <doctest/doctest.h>
#include <support/made_up.hpp>
#include <support/stage.hpp>
#include <support/temporary_folder.hpp>

#include <pappus/io/timer.hpp>
#include <pappus/peer/access/limits.hpp>

namespace node_bans_test {

using namespace pappus;
using namespace std::chrono_literals;
using support::scripted_peer;
using support::simulated_node;
using support::stage;

TEST_CASE("a ban ends the session with its reason, keeps the peer out, and is lifted by unban") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    const auto banned =
        co_await at->node->ban(io::endpoint_range{at->peer_host.address()}, 3h, wire::reason_for_ban::bad_block);
    CHECK(banned.has_value());
    const auto why = co_await peer.expect<wire::messages::ban_reason>();
    CHECK(why.reason == wire::reason_for_ban::bad_block);
    const bool closed = co_await peer.closed(5s);
    CHECK(closed);
    CHECK(at->node.disconnected == std::vector<std::string>{"banned: bad block"});
    const auto listed = at->node->bans();
    REQUIRE(listed.size() == 1);
    CHECK(listed[0].until - listed[0].since == 3h);

    auto again = co_await scripted_peer::dial(at->peer_host.runtime(), at->node.endpoint());
    const bool turned_away = co_await again.closed(5s);
    CHECK(turned_away);
    CHECK(at->node->statistics().connections.refused[peer::disconnect_reason::banned] == 1);
    const auto dialed = co_await at->node->connect({at->peer_host.address(), 99});
    REQUIRE_FALSE(dialed.has_value());
    CHECK(dialed.error() == peer::disconnect_reason::banned);

    const auto lifted = co_await at->node->unban(io::endpoint_range{at->peer_host.address()});
    REQUIRE(lifted.has_value());
    CHECK(*lifted == 1);
    static_cast<void>(co_await at->greeted());
  };
  on.play(script(&on));
}

TEST_CASE("a ban lasts for its duration, at most a hundred years") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    const io::endpoint_range where{at->peer_host.address()};
    static_cast<void>(co_await at->node->ban(where, 1h));
    static_cast<void>(co_await io::sleep_for(at->peer_host.runtime(), 1h + 1s));
    CHECK(at->node->bans().empty());
    static_cast<void>(co_await at->greeted());
    static_cast<void>(co_await at->node->ban(where, io::wall_time::duration::max()));
    CHECK(at->node->bans().at(0).until - at->node->bans().at(0).since == peer::limits::max_ban_time);
    static_cast<void>(co_await at->node->ban(where, -1h));
    CHECK(at->node->bans().empty());
  };
  on.play(script(&on));
}

TEST_CASE("a ban added before the node runs holds when it does") {
  sim::world world{1};
  sim::machine& at = world.add_machine();
  sim::machine& peers = world.add_machine();
  simulated_node node{at};
  node->ban(io::endpoint_range{peers.address()}, 1h, wire::reason_for_ban::manual, {});
  auto script = [](sim::machine* from, io::endpoint where) -> task<void> {
    static_cast<void>(co_await io::sleep_for(from->runtime(), 1s));
    auto peer = co_await scripted_peer::dial(from->runtime(), where);
    const bool turned_away = co_await peer.closed(5s);
    CHECK(turned_away);
  };
  world.run(script(&peers, node.endpoint()));
}

TEST_CASE("a node that cannot open its store ends at once with the reason, and neither listens nor connects") {
  const support::temporary_folder folder;
  { std::ofstream{folder.file("notes.txt")} << "my notes"; }
  const auto reason_for = [](const std::string& name) {
    sim::world world{1};
    sim::machine& at = world.add_machine();
    bool listened = false;
    integration::adapter adapter;
    adapter.listening = [&listened](io::endpoint) { listened = true; };
    node_config config = support::simulated_config();
    config.store_path = name;
    node mine{at.runtime(), config, adapter};
    std::optional<std::error_code> stored;
    const auto note = [&stored](const result<void>& how) { stored = how ? std::error_code{} : how.error(); };
    mine.ban(io::endpoint_range{at.address()}, 1h, wire::reason_for_ban::manual, note);
    const auto ended = world.run(mine.run());
    CHECK_FALSE(listened);
    REQUIRE(stored.has_value());
    CHECK(*stored);
    return ended ? std::error_code{} : ended.error();
  };
  using peer::store_errc;
  CHECK(reason_for("") == store_errc::bad_name);
  CHECK(reason_for("file:peers.db") == store_errc::bad_name);
  CHECK(reason_for(folder.file("")) == store_errc::not_a_file);
  CHECK(reason_for(folder.file("notes.txt")) == store_errc::foreign_file);
  CHECK(reason_for(folder.file("notes.txt/peers.db")) == store_errc::unusable);
  CHECK(reason_for(folder.file("nowhere/peers.db")) == store_errc::unusable);
}

TEST_CASE("a ban or an own transaction is not acknowledged while the store's file is missing") {
  const support::temporary_folder folder;
  node_config config = support::simulated_config();
  config.store_path = folder.file("peers.db");
  stage on{{}, {}, config};
  auto script = [](stage* at, std::string file) -> task<void> {
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    CHECK(at->node->statistics().store.in_sync);
    std::filesystem::remove(file);
    const auto banned = co_await at->node->ban(io::endpoint{at->peer_host.address(), 9}, 1h);
    REQUIRE_FALSE(banned.has_value());
    CHECK(banned.error() == peer::store_errc::file_moved);
    CHECK(at->node->bans().size() == 1);
    const auto lifted = co_await at->node->unban(io::endpoint{at->peer_host.address(), 9});
    CHECK_FALSE(lifted.has_value());
    const auto stemmed = co_await at->node->stem(support::some_transaction(1));
    CHECK_FALSE(stemmed.has_value());
    CHECK_FALSE(at->node->statistics().store.in_sync);
    CHECK_FALSE(std::filesystem::exists(file));
  };
  on.play(script(&on, config.store_path));
}

}  // namespace node_bans_test
