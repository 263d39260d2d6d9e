// Declaration and parsing of the command line.
#include "options.hpp"

#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <pappus/version.hpp>

#include "commands.hpp"
#include "json/declaration.hpp"
#include "output.hpp"

namespace mini_node {
namespace {

using pappus::failure;
using pappus::result;

/// The arguments as text, before they are interpreted.
struct arguments {
  node_arguments node;
  std::string genesis;
  std::string max_blocks;
  std::string chain_store;
  std::string store = pappus::peer::in_memory_store;
  bool describe_json = false;
};

void declare(CLI::App& app, arguments& given) {
  const options defaults;
  app.set_version_flag("--version", "pappus-node " + std::string{pappus::library_version});
  declare(app, given.node);
  app.add_option("--genesis", given.genesis, "Hash of the first block of a chain of your own")->type_name("HEX");
  app.add_option(
         "--max-blocks", given.max_blocks,
         fmt::format("Received blocks to keep, and ten times as many headers, {}; default: {}; 0: requests none",
                     to_string(counts), defaults.chain.blocks))
      ->type_name("N");
  app.add_option("--chain-store", given.chain_store,
                 "Database of received headers and blocks, to go on with after a restart; default: in memory")
      ->type_name("FILE");
  app.add_option("--store", given.store, "Database of addresses and bans; default: in memory, lost at exit")
      ->type_name("FILE|:memory:");
  app.add_flag("--describe-json", given.describe_json, "Prints all events, replies and fields of --json, as JSON")
      ->disable_flag_override();
  app.footer(
      "Commands on standard input, one a line, each answered by one line:\n" + commands::help_text() +
      "The headers and blocks of the chain with the most work are requested from peers and sent to peers that request\n"
      "them, and each new tip is announced. A block counts for what pings say of the chain when all before it have\n"
      "arrived, and when it adds no more than 1024, or twice what the one before it did, to the difficulty. That is\n"
      "all: proofs of work, signatures, range proofs and sums are not verified, nor that a block is the one its "
      "header\n"
      "commits to. So on mainnet and testnet the node requests no chain, and announces and believes none.\n"
      "The end of standard input is no command. " +
      output::what_is_dropped() +
      "\nExit status: 0 after quit, SIGINT or SIGTERM; 1 when it cannot run; 2 on bad usage.");
}

result<options, early_exit> understand(const arguments& given) {
  options understood;
  PAPPUS_TRY(shared, understand(given.node));
  static_cast<node_options&>(understood) = std::move(shared);
  if (!given.genesis.empty()) {
    const auto genesis = pappus::wire::hash::from_hex(given.genesis);
    if (!genesis) return refuse("--genesis", given.genesis, "a hash of 64 hexadecimal digits");
    understood.node.chain.genesis = *genesis;
  }
  PAPPUS_TRY(blocks, number_or(understood.chain.blocks, "--max-blocks", given.max_blocks, counts));
  understood.chain.blocks = blocks;
  understood.chain.headers.headers = 10 * blocks;
  understood.chain.headers.aside = blocks;
  understood.chain_store = given.chain_store;
  understood.node.store_path = given.store;
  PAPPUS_TRY_DISCARD(check(understood.node));
  return understood;
}

}  // namespace

result<options, early_exit> read_options(int argc, const char* const* argv) {
  CLI::App app{
      "A node of the network that verifies no chain: it keeps connections, relays transactions and follows blocks.",
      "pappus-node"};
  arguments given;
  declare(app, given);
  if (auto instead = parse(app, argc, argv)) return failure{*std::move(instead)};
  if (given.describe_json) return failure{early_exit{0, json::to_json(json::node_declaration())}};
  return understand(given);
}

}  // namespace mini_node
