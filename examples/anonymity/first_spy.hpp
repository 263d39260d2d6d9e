// The first-spy estimator: whoever tells a spy first is taken for the maker. How good that is, and what theory says.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "settings.hpp"

namespace anonymity {

/// A transaction of which a spy has heard.
struct sighting {
  std::size_t maker = 0;
  std::size_t accused = 0;
};

/// As in "Dandelion: Redesigning the Bitcoin Network for Anonymity" (arXiv 1701.04439, section 2), with one transaction
/// of each honest node. Both are means over these nodes: recall of whether its own transaction is put down to a node,
/// precision of that divided by how many transactions are put down to it.
struct accuracy {
  double precision = 0;
  double recall = 0;
};

[[nodiscard]] accuracy judge(std::span<const sighting> all, std::size_t nodes, std::size_t honest);

/// What is to be expected, where there is a closed form: on a line on which no fluff is heard.
[[nodiscard]] std::optional<accuracy> closed_form(const settings& what);

}  // namespace anonymity
