// Names of all counters and gauges of a node.
//
//     std::string page = integration::to_prometheus(metrics_of(node.statistics()));
#pragma once

#include <vector>

#include <pappus/integration/metrics/exposition.hpp>
#include <pappus/statistics.hpp>

namespace pappus {

/// All numbers of `node_statistics`, each once. Nothing about private transactions on the Dandelion stem is included.
[[nodiscard]] std::vector<integration::metric> metrics_of(const node_statistics& counted);

}  // namespace pappus
