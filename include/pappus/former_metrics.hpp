// Names that metrics had before version 0.2, exported beside their own for one release.
#pragma once

#include <cstddef>
#include <vector>

#include <pappus/integration/metrics/exposition.hpp>

namespace pappus {

/// Number of renamed metrics.
inline constexpr std::size_t former_names = 65;

/// Appends a copy of each renamed metric under its former name, and gives renamed labels their former names and values,
/// too.
void add_former_names(std::vector<integration::metric>& all);

}  // namespace pappus
