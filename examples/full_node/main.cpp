// pappus-full-node: a node on Grin's own chain and pool.
#include "full_node/options.hpp"
#include "full_node/program.hpp"
#include "mini_node/run_main.hpp"

int main(int argc, char** argv) {
  return mini_node::run_main<full_node::program>("pappus-full-node",
                                                 [&] { return full_node::read_options(argc, argv); });
}
