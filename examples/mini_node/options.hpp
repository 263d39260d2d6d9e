// What the command line says.
#pragma once

#include <string>

#include <pappus/node.hpp>
#include <pappus/result.hpp>

#include "block_store.hpp"

namespace mini_node {

struct options {
  pappus::node_config node;
  block_store::limits chain;
  bool json = false;
  bool trace = false;  // each message goes to standard error
};

/// There is nothing to run: `text` goes to standard output if the status is 0, else to standard error, as one line.
struct early_exit {
  int status = 0;
  std::string text;
};

[[nodiscard]] pappus::result<options, early_exit> read_options(int argc, const char* const* argv);

}  // namespace mini_node
