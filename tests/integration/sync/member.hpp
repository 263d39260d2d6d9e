// Nodes that synchronize their chains with each other over a simulated network.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include <doctest/doctest.h>
#include <support/simulated_node.hpp>

#include <pappus/statistics.hpp>

#include "block_chain.hpp"

namespace chain_sync_test {

using namespace std::chrono_literals;

inline const std::vector<wire::block_ptr>& main_chain() {
  static const std::vector<wire::block_ptr> chain = extended({}, 701, 0);
  return chain;
}

[[nodiscard]] inline std::vector<wire::block_ptr> first(std::size_t count) {
  return {main_chain().begin(), main_chain().begin() + static_cast<std::ptrdiff_t>(count)};
}

/// A node with a chain, which serves it and synchronizes it.
struct member {
  member(sim::world& in, const std::vector<wire::block_ptr>& chain,
         const std::function<void(integration::adapter&)>& alter = {},
         const node_config& config = support::simulated_config())
      : application{chain}, node{in.add_machine(), config, altered(application.adapter(), alter)} {
    application.attach(node.get());
  }

  static integration::adapter altered(integration::adapter functions,
                                      const std::function<void(integration::adapter&)>& alter) {
    if (alter) alter(functions);
    return functions;
  }

  [[nodiscard]] integration::sync_statistics sync() { return node->statistics().sync; }

  chain_application application;
  support::simulated_node node;
};

inline void connect(member& from, member& to) {
  from.node->connect(to.node.endpoint(), [](const auto& connected) { REQUIRE(connected); });
}

/// Runs the world until `done` holds; false if it does not within that time.
inline bool run_until(sim::world& in, io::duration within, const std::function<bool()>& done) {
  for (io::duration past{}; past < within && !done(); past += 1s) in.run_for(1s);
  return done();
}

inline bool run_until_has(sim::world& in, const member& which, const std::vector<wire::block_ptr>& chain,
                          io::duration within) {
  return run_until(in, within, [&] { return which.application.has(chain.back()->hash()); });
}

}  // namespace chain_sync_test
