// Options of the command line.
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
  bool trace = false;  // logs each message to standard error
};

/// The program exits without running: `text` goes to standard output if the status is 0, otherwise to standard error,
/// as one line.
struct early_exit {
  int status = 0;
  std::string text;
};

[[nodiscard]] pappus::result<options, early_exit> read_options(int argc, const char* const* argv);

}  // namespace mini_node
