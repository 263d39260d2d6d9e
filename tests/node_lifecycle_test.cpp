// A node starts and stops, alone or beside others in one process.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <doctest/doctest.h>
#include <support/conduit.hpp>
#include <support/scripted_peer.hpp>
#include <support/stoppable_node.hpp>
#include <support/temporary_folder.hpp>

#include <pappus/sim/world.hpp>

namespace node_lifecycle_test {

using namespace pappus;
using namespace std::chrono_literals;
using support::port;
using support::simulated_config;
using support::some_address;
using support::soon;
using support::stoppable_node;
using support::stored_in;
using support::temporary_folder;

TEST_CASE("a node that is stopped before it runs does not start") {
  sim::world world{1};
  stoppable_node node{world.add_machine()};
  node->stop();
  node.start();
  CHECK(node.stop() == 0s);
  CHECK(node.ended_well());
  CHECK_FALSE(node.listened);
}

TEST_CASE("a node may be stopped twice, and after its end") {
  sim::world world{1};
  stoppable_node node{world.add_machine()};
  node.start();
  world.run_for(1s);
  CHECK(node.listened);
  node->stop();
  CHECK(node.stop() < soon);
  CHECK(node.ended_well());
  node->stop();
  CHECK(node.warnings.empty());
}

TEST_CASE("a second node in the same process finds the bans and the addresses of the first") {
  const temporary_folder folder;
  sim::world world{1};
  sim::machine& at = world.add_machine();
  sim::machine& other = world.add_machine();
  stoppable_node peer{other};
  peer.start();
  for (int life = 0; life != 3; ++life) {
    CAPTURE(life);
    stoppable_node node{at, stored_in(folder.file("peers.db"))};
    node.start();
    world.run_for(1s);
    CHECK(node->bans().size() == static_cast<std::size_t>(life));
    CHECK(node->known_addresses().size() == (life == 0 ? 0U : 1U));
    if (life == 0) node->connect(peer.endpoint(), [](const auto& outcome) { CHECK(outcome.has_value()); });
    world.run_for(1s);
    node->ban(some_address(static_cast<std::uint32_t>(life)), 24h, wire::reason_for_ban::manual, {});
    CHECK(node.stop() < soon);  // the ban is stored on the way out
    CHECK(node.ended_well());
  }
}

TEST_CASE("two nodes in one process are peers of each other, and one ends without the other") {
  sim::world world{1};
  sim::machine& at = world.add_machine();
  stoppable_node one{at};
  node_config config = simulated_config();
  config.listen->port = port + 1;
  stoppable_node two{at, std::move(config)};
  one.start();
  two.start();
  world.run_for(1s);
  two->connect(one.endpoint(), {});
  world.run_for(1s);
  CHECK(one->peers().size() == 1);
  CHECK(two->peers().size() == 1);
  CHECK(one.stop() < 100ms);
  CHECK(two->peers().empty());
  CHECK_FALSE(two.outcome.has_value());
  CHECK(two.stop() < soon);
  CHECK(two.ended_well());
}

}  // namespace node_lifecycle_test
