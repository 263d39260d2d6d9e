// Options of the command line.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <pappus/result.hpp>

#include "../support/run_main.hpp"
#include "settings.hpp"

namespace anonymity {

struct options {
  settings what;              // the share of spies is not used
  std::vector<double> spies;  // shares of spies, one run each
  std::size_t graphs = 200;   // graphs per share of spies
  std::size_t spread_graphs = 10;
  std::size_t threads = 1;
  std::string csv;  // path of the CSV file; empty: none
  bool quiet = false;
};

[[nodiscard]] pappus::result<options, examples::early_exit> read_options(int argc, const char* const* argv);

}  // namespace anonymity
