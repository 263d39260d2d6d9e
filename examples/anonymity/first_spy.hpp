// The first-spy estimator: the node that first sends a transaction to a spy is taken for its maker. Computes its
// accuracy, and the theoretical accuracy.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "settings.hpp"

namespace anonymity {

/// A transaction that a spy has received or seen announced.
struct sighting {
  std::size_t maker = 0;
  std::size_t accused = 0;
};

/// Precision and recall as in "Dandelion: Redesigning the Bitcoin Network for Anonymity" (arXiv 1701.04439, section 2),
/// with one transaction of each honest node. Both are means over these nodes: recall of whether a node's own
/// transaction is attributed to it, precision of that divided by the number of transactions attributed to it.
struct accuracy {
  double precision = 0;
  double recall = 0;
};

[[nodiscard]] accuracy judge(std::span<const sighting> all, std::size_t nodes, std::size_t honest);

/// The expected accuracy where a closed form exists: on a line, if spies use no fluffs or there are none.
[[nodiscard]] std::optional<accuracy> closed_form(const settings& what);

}  // namespace anonymity
