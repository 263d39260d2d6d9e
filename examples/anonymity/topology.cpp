#include "topology.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace anonymity {
namespace {

using pappus::sim::uniform_below;
using pappus::sim::xoshiro256;

constexpr std::size_t dialed_of_out8 = 8;

/// For each node, the next node on a random cycle through all of them.
std::vector<std::size_t> draw_cycle(std::size_t nodes, xoshiro256& chance) {
  const std::vector<std::size_t> order = draw_some(nodes, nodes, chance);
  std::vector<std::size_t> next(nodes);
  for (std::size_t i = 0; i != nodes; ++i) next[order[i]] = order[(i + 1) % nodes];
  return next;
}

bool share_an_edge(const std::vector<std::size_t>& one, const std::vector<std::size_t>& other) {
  for (std::size_t i = 0; i != one.size(); ++i) {
    if (one[i] == other[i] || other[one[i]] == i) return true;
  }
  return false;
}

graph draw_line(std::size_t nodes, xoshiro256& chance) {
  graph dials(nodes);
  const std::vector<std::size_t> next = draw_cycle(nodes, chance);
  for (std::size_t i = 0; i != nodes; ++i) dials[i] = {next[i]};
  return dials;
}

/// About one of seven pairs of cycles has no common edge, independent of the number of nodes.
graph draw_four_regular(std::size_t nodes, xoshiro256& chance) {
  const std::vector<std::size_t> one = draw_cycle(nodes, chance);
  std::vector<std::size_t> other = draw_cycle(nodes, chance);
  while (share_an_edge(one, other)) other = draw_cycle(nodes, chance);
  graph dials(nodes);
  for (std::size_t i = 0; i != nodes; ++i) dials[i] = {one[i], other[i]};
  return dials;
}

/// Among few nodes, those that are drawn last may be dialed by so many that too few others are left for them to dial:
/// then all is drawn again.
graph draw_out8(std::size_t nodes, xoshiro256& chance) {
  graph dials(nodes);
  const auto dials_it = [&dials](std::size_t one, std::size_t other) {
    return std::ranges::find(dials[one], other) != dials[one].end();
  };
  const auto joined = [&](std::size_t one, std::size_t other) { return dials_it(one, other) || dials_it(other, one); };
  for (std::size_t i = 0; i != nodes; ++i) {
    std::size_t left = 0;
    for (std::size_t other = 0; other != nodes && left < dialed_of_out8; ++other)
      left += other != i && !joined(i, other) ? 1 : 0;
    if (left < dialed_of_out8) return draw_out8(nodes, chance);
    while (dials[i].size() != dialed_of_out8) {
      const auto drawn = static_cast<std::size_t>(uniform_below(chance, nodes));
      if (drawn != i && !joined(i, drawn)) dials[i].push_back(drawn);
    }
  }
  return dials;
}

}  // namespace

graph draw_graph(topology which, std::size_t nodes, xoshiro256& chance) {
  switch (which) {
    case topology::line: return draw_line(nodes, chance);
    case topology::four_regular: return draw_four_regular(nodes, chance);
    case topology::out8: return draw_out8(nodes, chance);
  }
  return {};
}

/// Fisher-Yates shuffle of the first `count` elements.
std::vector<std::size_t> draw_some(std::size_t count, std::size_t nodes, xoshiro256& chance) {
  std::vector<std::size_t> all(nodes);
  std::iota(all.begin(), all.end(), std::size_t{0});
  for (std::size_t i = 0; i != count; ++i) {
    std::swap(all[i], all[i + static_cast<std::size_t>(uniform_below(chance, nodes - i))]);
  }
  all.resize(count);
  return all;
}

}  // namespace anonymity
