// Many networks of one kind, and what they have in common.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "progress.hpp"
#include "settings.hpp"

namespace anonymity {

/// A mean over graphs, and its standard error.
struct estimate {
  double mean = 0;
  double error = 0;
};

/// How well spies find makers.
struct hunt_findings {
  estimate precision;
  estimate recall;
  std::size_t unheard = 0;  // transactions of which no spy has heard
};

/// How transactions spread where nobody swallows them; each list in ascending order.
struct spread_findings {
  std::vector<double> hops;             // on the stem
  std::vector<double> private_for;      // seconds until it was fluffed
  std::vector<double> to_half;          // seconds from then until half of all nodes have it
  std::vector<double> to_most;          // until 99 of a hundred have
  std::array<std::size_t, 5> causes{};  // of fluffs, by `peer::fluff_cause`
};

/// Both give the same for the same settings on however many threads, and throw what a graph has thrown.
[[nodiscard]] hunt_findings hunt(const settings& what, std::size_t graphs, std::size_t threads, progress& shown);
[[nodiscard]] spread_findings spread(const settings& what, std::size_t graphs, std::size_t threads, progress& shown);

}  // namespace anonymity
