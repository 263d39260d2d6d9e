// Random graphs of who dials whom.
#pragma once

#include <cstddef>
#include <vector>

#include <pappus/sim/random.hpp>

#include "settings.hpp"

namespace anonymity {

/// For each node, by number, the numbers of those it dials. No two nodes are joined twice.
using graph = std::vector<std::vector<std::size_t>>;

/// The least number of nodes that each topology can be drawn with.
inline constexpr std::size_t fewest_nodes = 20;

[[nodiscard]] graph draw_graph(topology which, std::size_t nodes, pappus::sim::xoshiro256& chance);

/// `count` of the numbers below `nodes`, in random order.
[[nodiscard]] std::vector<std::size_t> draw_some(std::size_t count, std::size_t nodes, pappus::sim::xoshiro256& chance);

}  // namespace anonymity
