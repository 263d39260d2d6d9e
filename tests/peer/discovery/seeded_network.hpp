// Nodes on a simulated Internet, of which a seed's name resolves to some.
#pragma once

#include <cstddef>
#include <deque>
#include <utility>
#include <vector>

#include <support/simulated_node.hpp>

#include <pappus/statistics.hpp>

namespace discovery {

using namespace pappus;
using support::simulated_config;
using support::simulated_node;

/// For a node that finds its peers itself, on a simulated Internet.
inline node_config public_config() {
  node_config config = simulated_config();
  config.chain.on_internet = true;
  config.chain.seeds = {};
  config.connection_limits = {};
  return config;
}

struct network {
  explicit network(std::size_t nodes, const node_config& of_others = public_config()) {
    for (std::size_t i = 0; i != nodes; ++i) others.emplace_back(world.add_machine(), of_others);
  }

  /// Resolves the seed's name to the first `count` other nodes.
  void seeded(std::size_t count) {
    std::vector<pappus::ip_address> addresses;
    for (std::size_t i = 0; i != count; ++i) addresses.push_back(others[i].endpoint().address);
    world.set_name("seed.example", std::move(addresses));
  }

  static node_config with_seed() {
    node_config config = public_config();
    config.seeds = {{"seed.example", support::port}};
    return config;
  }

  sim::world world{1};
  std::deque<simulated_node> others;
};

/// For a node that only accepts connections: days of such nodes are simulated quickly.
inline node_config public_and_idle() {
  node_config config = public_config();
  config.connection_limits.outbound = 0;
  return config;
}

inline std::size_t outbound(simulated_node& of) { return of->statistics().outbound; }

}  // namespace discovery
