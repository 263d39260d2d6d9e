// Random graphs of outbound connections.
#pragma once

#include <cstddef>
#include <vector>

#include <pappus/sim/random.hpp>

#include "settings.hpp"

namespace anonymity {

/// For each node the numbers of the nodes it dials. At most one edge between two nodes.
using graph = std::vector<std::vector<std::size_t>>;

/// The smallest number of nodes with which every topology can be drawn.
inline constexpr std::size_t fewest_nodes = 20;

[[nodiscard]] graph draw_graph(topology which, std::size_t nodes, pappus::sim::xoshiro256& chance);

/// `count` distinct numbers below `nodes`, in random order.
[[nodiscard]] std::vector<std::size_t> draw_some(std::size_t count, std::size_t nodes, pappus::sim::xoshiro256& chance);

}  // namespace anonymity
