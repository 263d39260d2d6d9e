// Results for people, as a table, and for programs, as CSV.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "options.hpp"
#include "survey.hpp"

namespace anonymity {

/// What the spies have found for each share of them, and how transactions spread without them.
struct results {
  std::vector<hunt_findings> hunts;  // as in `options::spies`
  spread_findings spread;
};

void print_table(std::FILE* to, const options& chosen, const results& all);

/// A line of names, then one for each share of spies.
[[nodiscard]] std::string csv_of(const options& chosen, const results& all);

}  // namespace anonymity
