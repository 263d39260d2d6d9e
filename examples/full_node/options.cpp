#include "full_node/options.hpp"

#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include <pappus/version.hpp>

#include "full_node/commands.hpp"
#include "full_node/json/declaration.hpp"
#include "mini_node/output.hpp"

namespace full_node {

using mini_node::early_exit;
using pappus::failure;
using pappus::result;

result<options, early_exit> read_options(int argc, const char* const* argv) {
  CLI::App app{"A full node of the network, on Grin's own chain and transaction pool.", "pappus-full-node"};
  app.set_version_flag("--version", "pappus-full-node " + std::string{pappus::library_version});
  std::string data;
  app.add_option("--data-dir", data, "Folder of the chain, peers and bans, made if there is none; for one node alone")
      ->type_name("FOLDER REQUIRED");
  bool with_reward = false;
  app.add_flag("--genesis-with-reward", with_reward,
               "Begin with a genesis on which the state can be imported by segments, on usernet or automated testing; "
               "all nodes of the network must");
  bool describe_json = false;
  app.add_flag("--describe-json", describe_json, "Prints all events, replies and fields of --json, as JSON")
      ->disable_flag_override();
  mini_node::node_arguments given;
  declare(app, given);
  app.footer("Commands on standard input, one a line, each answered by one line:\n" + commands::help_text() +
             "Blocks and transactions are verified by Grin's own code.\nThe end of standard input is no command. " +
             mini_node::output::what_is_dropped() +
             "\nExit status: 0 after quit, SIGINT or SIGTERM; 1 when it cannot run; 2 on bad usage.");
  if (auto instead = mini_node::parse(app, argc, argv)) return failure{*std::move(instead)};
  if (describe_json) return failure{early_exit{0, to_json(json::node_declaration())}};
  if (data.empty()) return mini_node::refuse("--data-dir is required");

  options understood;
  PAPPUS_TRY(shared, understand(given));
  static_cast<mini_node::node_options&>(understood) = std::move(shared);
  understood.type = *pappus::wire::chain_from_name(given.network);
  understood.data = data;
  if (with_reward) understood.first = genesis::with_reward;
  understood.node.store_path = (understood.data / "peers.db").string();
  PAPPUS_TRY_DISCARD(mini_node::check(understood.node));
  return understood;
}

}  // namespace full_node
