// Simulation of many random networks with the same settings, and their statistics.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "progress.hpp"
#include "settings.hpp"

namespace anonymity {

/// A mean over graphs and its standard error, which is unknown of one graph.
struct estimate {
  double mean = 0;
  std::optional<double> error;
};

/// Accuracy of the spies.
struct hunt_findings {
  estimate precision;
  estimate recall;
  std::size_t unheard = 0;  // transactions that no spy could attribute to a node
};

/// How transactions spread without spies; each list in ascending order.
struct spread_findings {
  std::vector<double> hops;              // stem hops; or peers that were told by private broadcast
  std::vector<double> private_for;       // seconds until the transaction was public
  std::vector<double> to_half;           // seconds from then until half of all nodes have it
  std::vector<double> to_most;           // seconds from then until 99% of all nodes have it
  std::array<std::size_t, 5> reasons{};  // number of fluffs by `peer::fluff_reason`
};

/// Results depend on the settings only, not on the number of threads. Both throw what the simulation of a graph throws.
[[nodiscard]] hunt_findings hunt(const settings& what, std::size_t graphs, std::size_t threads, progress& shown);
[[nodiscard]] spread_findings spread(const settings& what, std::size_t graphs, std::size_t threads, progress& shown);

}  // namespace anonymity
