// What the command line says.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <pappus/result.hpp>

#include "settings.hpp"

namespace anonymity {

struct options {
  settings what;              // without the share of spies
  std::vector<double> spies;  // these shares, one after the other
  std::size_t graphs = 200;   // on which spies hunt, for each share
  std::size_t spread_graphs = 10;
  std::size_t threads = 1;
  std::string csv;  // a file; empty: none
  bool quiet = false;
};

/// There is nothing to run: `text` goes to standard output if the status is 0, else to standard error, as one line.
struct early_exit {
  int status = 0;
  std::string text;
};

[[nodiscard]] pappus::result<options, early_exit> read_options(int argc, const char* const* argv);

}  // namespace anonymity
