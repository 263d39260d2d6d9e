// The names of what a node counts: the one list of all its counters and gauges.
//
//     std::string page = integration::to_prometheus(metrics_of(node.statistics()));
#pragma once

#include <vector>

#include <pappus/integration/metrics/exposition.hpp>
#include <pappus/statistics.hpp>

namespace pappus {

/// Every number in it, each once. What is private on the stem of Dandelion is not in it.
[[nodiscard]] std::vector<integration::metric> metrics_of(const node_statistics& counted);

}  // namespace pappus
