// Median of measurements: insensitive to a few disturbed rounds.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace benchmarks {

/// Requires at least one value.
[[nodiscard]] inline double median(std::vector<double> of) {
  std::ranges::nth_element(of, of.begin() + static_cast<std::ptrdiff_t>(of.size() / 2));
  return of[of.size() / 2];
}

}  // namespace benchmarks
