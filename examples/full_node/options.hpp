// Options of the command line.
#pragma once

#include <filesystem>

#include <pappus/result.hpp>
#include <pappus/wire/chain_parameters.hpp>

#include "full_node/grin_chain.hpp"
#include "mini_node/node_options.hpp"

namespace full_node {

struct options : mini_node::node_options {
  pappus::wire::chain_type type = pappus::wire::chain_type::usernet;
  genesis first = genesis::of_network;
  std::filesystem::path data;  // folder of the chain, and of peers and bans
};

[[nodiscard]] pappus::result<options, mini_node::early_exit> read_options(int argc, const char* const* argv);

}  // namespace full_node
