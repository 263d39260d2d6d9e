// What the command line says.
#pragma once

#include <cstdint>
#include <string>

#include <pappus/node.hpp>
#include <pappus/result.hpp>

namespace mini_node {

/// How much goes to standard error; each level has those before it.
enum class log_level : std::uint8_t { error, warning, info, debug };

struct options {
  pappus::node_config node;
  bool json = false;
  log_level log = log_level::warning;
};

/// There is nothing to run: `text` goes to standard output if the status is 0, else to standard error, as one line.
struct early_exit {
  int status = 0;
  std::string text;
};

[[nodiscard]] pappus::result<options, early_exit> read_options(int argc, const char* const* argv);

}  // namespace mini_node
