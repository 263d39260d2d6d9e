// Declaration and parsing of the command line.
#include "options.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <thread>

#include <CLI/CLI.hpp>

#include <pappus/version.hpp>

#include "../support/parse_arguments.hpp"
#include "topology.hpp"

namespace anonymity {
namespace {

using pappus::failure;
using pappus::result;

constexpr std::size_t most_nodes = 50'000;

pappus::io::duration duration_of(double seconds) {
  return pappus::io::duration{std::chrono::duration<double>{seconds}};
}

constexpr std::array schemes{scheme::grin, scheme::dandelion_plus_plus, scheme::diffusion, scheme::private_broadcast};
constexpr std::array topologies{topology::line, topology::four_regular, topology::out8};
constexpr std::array hearings{hearing::everything, hearing::stems};

template <class Named>
CLI::IsMember one_of(const Named& all) {
  std::vector<std::string> names;
  for (const auto each : all) names.emplace_back(to_string(each));
  return CLI::IsMember{names};
}

/// `name` must be one of the names in `all`.
template <class Named>
auto named(const std::string& name, const Named& all) {
  return *std::ranges::find_if(all, [&name](auto each) { return name == to_string(each); });
}

/// The arguments as text and numbers, before they are interpreted.
struct arguments {
  std::string scheme = "grin";
  std::string topology = "out8";
  std::string heard = "all";
  std::optional<double> aggregation;
  std::vector<double> embargo;
  std::vector<double> diffusion{2, 5};
  double latency = 0.05;
};

void declare(CLI::App& app, options& chosen, arguments& given) {
  settings& what = chosen.what;
  const CLI::Range share{0.0, 1.0};
  const CLI::Range time{0.0, 3600.0};
  app.set_version_flag("--version", "pappus-anonymity " + std::string{pappus::library_version});
  app.add_option("--nodes", what.nodes, "How many there are; default: 1000")
      ->type_name("N")
      ->check(CLI::Range{fewest_nodes, most_nodes});
  app.add_option("--spies", chosen.spies, "Shares of them that are spies, one run each; default: 0.1")
      ->type_name("P,...")
      ->delimiter(',')
      ->check(CLI::Range{0.0, 0.9});
  app.add_option("--scheme", given.scheme, "How transactions leave their origins; default: grin")
      ->type_name("NAME")
      ->check(one_of(schemes));
  app.add_option("--topology", given.topology, "Who dials whom: the next, two others, or eight; default: out8")
      ->type_name("NAME")
      ->check(one_of(topologies));
  app.add_option("--stem-probability", what.stem_probability,
                 "Of an epoch in which a node passes others' stems on, and does not fluff them; default: 0.9")
      ->type_name("P")
      ->check(share);
  app.add_option("--aggregation,--hold", given.aggregation,
                 "Aggregation period: how long nodes that fluff wait before; default: 30, dandelion++: 0")
      ->type_name("S")
      ->check(time);
  app.add_option("--embargo", given.embargo,
                 "Floor and mean of the further time until nodes fluff what they have passed on; default: 180,85, "
                 "dandelion++: 0,85")
      ->type_name("S,S")
      ->delimiter(',')
      ->expected(2)
      ->check(time);
  app.add_option("--heard", given.heard, "What spies go by, stems alone as the closed forms have it; default: all")
      ->type_name("NAME")
      ->check(one_of(hearings));
  app.add_flag("--diffuse", what.diffuses, "Fluffs spread by diffusion, not to all peers at once")
      ->disable_flag_override();
  app.add_option("--diffusion", given.diffusion, "Its mean times to outbound and to inbound peers; default: 2,5")
      ->type_name("S,S")
      ->delimiter(',')
      ->expected(2)
      ->check(time);
  app.add_option("--latency", given.latency, "From node to node, and up to half of it more by chance; default: 0.05")
      ->type_name("S")
      ->check(time);
  app.add_option("--graphs", chosen.graphs, "Networks on which spies hunt, for each share; default: 200")
      ->type_name("N");
  app.add_option("--spread-graphs", chosen.spread_graphs, "Networks on which the spread is measured; default: 10")
      ->type_name("N");
  app.add_option("--seed", what.seed, "Of all chance: one seed is one result; default: 1")->type_name("N");
  app.add_option("--threads", chosen.threads, "Default: as many as there are processors")
      ->type_name("N")
      ->check(CLI::Range{std::size_t{1}, std::size_t{256}});
  app.add_option("--csv", chosen.csv, "Writes the results there, too")->type_name("FILE");
  app.add_flag("--quiet", chosen.quiet, "Does not show how far it is")->disable_flag_override();
}

}  // namespace

result<options, examples::early_exit> read_options(int argc, const char* const* argv) {
  CLI::App app{
      "Simulates networks of nodes in which each honest one is the origin of a transaction. Spies attribute each\n"
      "transaction to the node that was the first to send it to one of them (first-spy estimator).\n"
      "Prints their precision and recall for each share of spies, and, without spies, how long stems are, how long\n"
      "transactions are private, how fast a fluff spreads, and which of the library's reasons each fluff had.",
      "pappus-anonymity"};
  options chosen;
  chosen.spies = {0.1};
  chosen.threads = std::max(1U, std::thread::hardware_concurrency());
  arguments given;
  declare(app, chosen, given);
  if (auto instead = examples::parse(app, argc, argv)) return failure{*std::move(instead)};
  chosen.what.scheme = named(given.scheme, schemes);
  chosen.what.topology = named(given.topology, topologies);
  chosen.what.heard = named(given.heard, hearings);
  if (given.aggregation) chosen.what.aggregation = duration_of(*given.aggregation);
  if (!given.embargo.empty()) {
    chosen.what.embargo_floor = duration_of(given.embargo[0]);
    chosen.what.embargo_mean = duration_of(given.embargo[1]);
  }
  chosen.what.diffusion_outbound = duration_of(given.diffusion[0]);
  chosen.what.diffusion_inbound = duration_of(given.diffusion[1]);
  chosen.what.latency = duration_of(given.latency);
  return chosen;
}

}  // namespace anonymity
