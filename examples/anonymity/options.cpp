// Declaring and understanding the command line.
#include "options.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <thread>

#include <CLI/CLI.hpp>

#include <pappus/version.hpp>

#include "topology.hpp"

namespace anonymity {
namespace {

using pappus::failure;
using pappus::result;

constexpr int bad_usage = 2;
constexpr std::size_t most_nodes = 50'000;

pappus::io::duration duration_of(double seconds) {
  return std::chrono::duration_cast<pappus::io::duration>(std::chrono::duration<double>{seconds});
}

template <class Enum, std::size_t Count>
CLI::CheckedTransformer names_of(const Enum (&all)[Count]) {
  std::map<std::string, Enum> names;
  for (const Enum each : all) names.emplace(to_string(each), each);
  return CLI::CheckedTransformer{names};
}

/// As numbers, before anything in it is understood.
struct arguments {
  std::optional<double> hold;
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
  app.add_option("--scheme", what.scheme, "grin (the default), dandelion++ or diffusion")
      ->type_name("NAME")
      ->transform(names_of({scheme::grin, scheme::dandelion_plus_plus, scheme::diffusion}));
  app.add_option("--topology", what.topology, "Who dials whom: line, 4-regular or out8 (the default)")
      ->type_name("NAME")
      ->transform(names_of({topology::line, topology::four_regular, topology::out8}));
  app.add_option("--stem-probability", what.stem_probability,
                 "Of a node passing others' stems on, and not fluffing them; default: 0.9")
      ->type_name("P")
      ->check(share);
  app.add_option("--hold", given.hold, "How long these wait before they fluff one; default: 30, dandelion++: 0")
      ->type_name("S")
      ->check(time);
  app.add_option(
         "--embargo", given.embargo,
         "Least and mean further time until nodes fluff what they have passed on; default: 180,85, dandelion++: "
         "0,85")
      ->type_name("S,S")
      ->delimiter(',')
      ->expected(2)
      ->check(time);
  app.add_option("--heard", what.heard, "What spies go by: all (the default), or stems, as the closed forms have it")
      ->type_name("WHAT")
      ->transform(names_of({hearing::everything, hearing::stems}));
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

result<options, early_exit> read_options(int argc, const char* const* argv) {
  CLI::App app{
      "Simulates networks of nodes in which each honest one makes a transaction, and spies put down each\n"
      "transaction to whoever was the first to tell one of them.",
      "pappus-anonymity"};
  options chosen;
  chosen.spies = {0.1};
  chosen.threads = std::max(1U, std::thread::hardware_concurrency());
  arguments given;
  declare(app, chosen, given);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return failure{early_exit{0, app.help()}};
  } catch (const CLI::CallForVersion& asked) {
    return failure{early_exit{0, std::string{asked.what()} + '\n'}};
  } catch (const CLI::ParseError& wrong) {
    return failure{early_exit{bad_usage, wrong.what()}};
  }
  if (given.hold) chosen.what.hold = duration_of(*given.hold);
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
