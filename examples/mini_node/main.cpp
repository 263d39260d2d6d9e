// pappus-node: a command-line node.
#include "options.hpp"
#include "program.hpp"
#include "run_main.hpp"

int main(int argc, char** argv) {
  return mini_node::run_main<mini_node::program>("pappus-node", [&] { return mini_node::read_options(argc, argv); });
}
