// Options of the command line.
#pragma once

#include <string>

#include <pappus/result.hpp>

#include "block_store.hpp"
#include "node_options.hpp"

namespace mini_node {

struct options : node_options {
  block_store::limits chain;
  std::string chain_store;  // empty: in memory
};

[[nodiscard]] pappus::result<options, early_exit> read_options(int argc, const char* const* argv);

}  // namespace mini_node
