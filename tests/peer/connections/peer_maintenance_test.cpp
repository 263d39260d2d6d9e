// Maintenance of outbound peers: those whose chain does not advance.
#include <chrono>
#include <deque>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <support/simulated_node.hpp>

#include <pappus/io/timer.hpp>

namespace connections_peer_maintenance_test {

using namespace pappus;
using namespace std::chrono_literals;
using support::simulated_config;
using support::simulated_node;

namespace {

/// A node with outbound peers; the test advances their chains.
struct fixture {
  explicit fixture(std::size_t count) {
    node_config config = simulated_config();
    for (std::size_t i = 0; i != count; ++i) {
      sim::machine& at = world.add_machine();
      config.preferred_peers.push_back({at.address(), support::port});
      peers.emplace_back(at);
      peers.back()->set_chain_tip({100, 100});
    }
    config.reconnect.initial = 24h;
    config.reconnect.max = 24h;
    node.emplace(world.add_machine(), std::move(config));
    world.run_for(1min);
  }

  /// Advances the time by hours, and the chains of those peers.
  void let_grow(std::vector<std::size_t> which, std::size_t hours) {
    for (std::size_t i = 0; i != 4 * hours; ++i) {
      for (const std::size_t each : which) peers[each]->set_chain_tip({200 + ++height, 200 + height});
      world.run_for(15min);
    }
  }

  [[nodiscard]] std::size_t connected() { return (*node)->statistics().outbound; }

  sim::world world{1};
  std::deque<simulated_node> peers;
  std::optional<simulated_node> node;
  std::uint64_t height = 0;
};

}  // namespace

TEST_CASE("a peer whose chain stays behind ours for two hours while others advance is replaced") {
  fixture on{3};
  (*on.node)->set_chain_tip({150, 150});
  on.let_grow({0, 1}, 1);
  CHECK(on.connected() == 3);
  on.let_grow({0, 1}, 2);
  CHECK(on.connected() == 2);
  CHECK(on.node->disconnected == std::vector<std::string>{"stuck"});
}

TEST_CASE("while no chain advances, no peer counts as stuck") {
  fixture on{3};
  (*on.node)->set_chain_tip({150, 150});
  on.let_grow({}, 5);
  CHECK(on.connected() == 3);
}

TEST_CASE("peers that announce a height we do not have do not make others stuck") {
  fixture on{3};
  (*on.node)->set_chain_tip({100, 100});
  on.let_grow({0}, 5);
  CHECK(on.connected() == 3);
}

TEST_CASE("stale addresses are removed from the book gradually") {
  sim::world world{1};
  simulated_node node{world.add_machine()};
  world.run_for(1s);
  auto script = [](simulated_node* of, sim::machine* from) -> task<void> {
    auto peer = co_await support::scripted_peer::dial(from->runtime(), of->endpoint());
    static_cast<void>(co_await peer.greet(peer.good_hand()));
    peer.close();
    static_cast<void>(co_await io::sleep_for(from->runtime(), 1s));
  };
  sim::machine& visitor = world.add_machine();
  world.run(script(&node, &visitor));
  CHECK(node->statistics().addresses == 1);
  world.run_for(13 * 24h);
  CHECK(node->statistics().addresses == 1);
  world.run_for(2 * 24h);
  CHECK(node->statistics().addresses == 0);
}

}  // namespace connections_peer_maintenance_test
