// A node that stops while its store is slow or does not respond.
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/conduit.hpp>
#include <support/scripted_peer.hpp>
#include <support/stoppable_node.hpp>
#include <support/temporary_folder.hpp>

#include <pappus/peer/limits.hpp>
#include <pappus/sim/world.hpp>

namespace node_stop_store_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace wire::messages;
using support::connect_silent_peer;
using support::scripted_peer;
using support::some_address;
using support::stoppable_node;
using support::stored_in;
using support::temporary_folder;

TEST_CASE("a node that is stopped while it opens its store closes it again") {
  const temporary_folder folder;
  sim::world_options slow;
  slow.worker_delay = 1s;
  sim::world world{1, slow};
  sim::machine& at = world.add_machine();
  stoppable_node node{at, stored_in(folder.file("peers.db"))};
  node.start();
  world.run_for(500ms);
  CHECK(node.stop() <= 1s * 3);
  CHECK(node.ended_well());
  CHECK_FALSE(node.listened);
  stoppable_node next{at, stored_in(folder.file("peers.db"))};
  next.start();
  world.run_for(5s);
  CHECK(next.listened);
}

TEST_CASE("a node whose store hangs while it is opened stops in time, with a warning") {
  const temporary_folder folder;
  sim::world world{1};
  sim::machine& at = world.add_machine();
  stoppable_node node{at, stored_in(folder.file("peers.db"))};
  at.hang_workers(true);
  result<void> banned;
  node->ban(some_address(1), 1h, wire::reason_for_ban::manual,
            [&banned](result<void> outcome) { banned = std::move(outcome); });
  node.start();
  world.run_for(1h);
  CHECK(node.stop() == peer::limits::shutdown_timeout);
  CHECK(node.left_its_store());
  CHECK(node.warnings.size() == 1);
  CHECK_FALSE(banned.has_value());
  at.hang_workers(false);
  world.run_for(1s);
  stoppable_node next{at, stored_in(folder.file("peers.db"))};
  next.start();
  world.run_for(1s);
  CHECK(next.listened);
  CHECK(next->bans().empty());
}

TEST_CASE("a node whose store hangs stops in time; acknowledged bans are there when the store is opened again") {
  const temporary_folder folder;
  sim::world world{1};
  sim::machine& at = world.add_machine();
  std::vector<bool> acknowledged;
  const auto note = [&acknowledged](const result<void>& outcome) { acknowledged.push_back(outcome.has_value()); };
  {
    stoppable_node node{at, stored_in(folder.file("peers.db"))};
    node.start();
    world.run_for(1s);
    node->ban(some_address(1), 1h, wire::reason_for_ban::manual, note);
    world.run_for(1s);
    CHECK(acknowledged == std::vector{true});
    at.hang_workers(true);
    node->ban(some_address(2), 1h, wire::reason_for_ban::manual, note);
    world.run_for(1s);
    node->ban(some_address(3), 1h, wire::reason_for_ban::manual, note);
    CHECK(node.stop() == peer::limits::shutdown_timeout);
    CHECK(node.left_its_store());
    CHECK(node.warnings.size() == 1);
    CHECK(acknowledged == std::vector{true, false, false});
    node->ban(some_address(4), 1h, wire::reason_for_ban::manual, note);
    world.run_for(1s);
    CHECK(acknowledged == std::vector{true, false, false, false});
  }
  at.hang_workers(false);
  stoppable_node next{at, stored_in(folder.file("peers.db"))};
  next.start();
  world.run_for(1s);
  REQUIRE(next.listened);
  CHECK(next->bans().at(0).range == some_address(1));
}

TEST_CASE("a store that is slow but within the shutdown timeout loses nothing") {
  const temporary_folder folder;
  sim::world world{1};
  sim::machine& at = world.add_machine();
  std::vector<bool> acknowledged;
  {
    stoppable_node node{at, stored_in(folder.file("peers.db"))};
    node.start();
    world.run_for(1s);
    at.hang_workers(true);
    for (const std::uint32_t each : {1U, 2U}) {
      node->ban(some_address(each), 1h, wire::reason_for_ban::manual,
                [&acknowledged](const result<void>& outcome) { acknowledged.push_back(outcome.has_value()); });
      world.run_for(100ms);
    }
    node->stop();
    world.run_for(4s);
    CHECK_FALSE(node.outcome.has_value());
    at.hang_workers(false);
    world.run_for(1s);
    CHECK(node.ended_well());
    CHECK(acknowledged == std::vector{true, true});
    CHECK(node.warnings.empty());
  }
  stoppable_node next{at, stored_in(folder.file("peers.db"))};
  next.start();
  world.run_for(1s);
  CHECK(next->bans().size() == 2);
}

TEST_CASE("shutdown_timeout limits the time of a stop") {
  const temporary_folder folder;
  sim::world_options narrow;
  narrow.default_link.window = 1'000;
  sim::world world{1, narrow};
  sim::machine& at = world.add_machine();
  node_config config = stored_in(folder.file("peers.db"));
  config.shutdown_timeout = 600ms;
  stoppable_node node{at, std::move(config)};
  node.start();
  std::optional<scripted_peer> silent;
  io::runtime& net = world.add_machine().runtime();
  world.run(connect_silent_peer(&net, node.endpoint(), &silent));
  for (int i = 0; i != 2'000; ++i) node->send(1, ping{});
  world.run_for(10s);
  at.hang_workers(true);
  node->ban(some_address(1), 1h, wire::reason_for_ban::manual, {});
  world.run_for(10s);
  CHECK(node.stop() == 600ms);
  CHECK(node.left_its_store());
}

}  // namespace node_stop_store_test
