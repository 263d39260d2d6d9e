// Output of the results as a table and as CSV.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "options.hpp"
#include "survey.hpp"

namespace anonymity {

/// The accuracy of the spies for each share of them, and how transactions spread without spies.
struct results {
  std::vector<hunt_findings> hunts;  // same order as `options::spies`
  spread_findings spread;
};

void print_table(std::FILE* to, const options& chosen, const results& all);

/// A header line, then one line for each share of spies.
[[nodiscard]] std::string csv_of(const options& chosen, const results& all);

}  // namespace anonymity
