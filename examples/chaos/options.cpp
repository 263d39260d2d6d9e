// Declaration and parsing of the command line.
#include "options.hpp"

#include <charconv>
#include <optional>
#include <string_view>

#include <CLI/CLI.hpp>

#include <pappus/version.hpp>

#include "../support/parse_arguments.hpp"

namespace chaos {
namespace {

using pappus::failure;
using pappus::result;

/// One attacker's machine for so many nodes.
constexpr std::size_t nodes_for_an_attacker = 5;

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// `A..B`, or `A` for one.
bool read_seeds(std::string_view text, options& into) {
  const std::size_t dots = text.find("..");
  const auto first = number_in(text.substr(0, dots));
  const auto last = dots == std::string_view::npos ? first : number_in(text.substr(dots + 2));
  if (!first || !last || *first > *last) return false;
  into.first = *first;
  into.last = *last;
  return true;
}

/// The arguments as text and numbers, before they are interpreted.
struct arguments {
  std::string seeds = "1..100";
  std::optional<std::size_t> hostile;
  std::size_t patience = 600;
};

void declare(CLI::App& app, options& chosen, arguments& given) {
  app.set_version_flag("--version", "pappus-chaos " + std::string{pappus::library_version});
  app.add_option("--nodes", chosen.size.nodes, "How many there are; default: 100")
      ->type_name("N")
      ->check(CLI::Range{min_nodes, max_nodes});
  app.add_option("--hostile", given.hostile, "Machines of attackers; default: one for five nodes")
      ->type_name("N")
      ->check(CLI::Range{std::size_t{0}, max_hostile});
  app.add_option("--minutes", chosen.size.minutes, "Virtual time in which faults occur; default: 30")
      ->type_name("N")
      ->check(CLI::Range{min_minutes, max_minutes});
  app.add_option("--seeds", given.seeds, "The runs, both ends included; default: 1..100")->type_name("A[..B]");
  app.add_option("--plan", chosen.plan_file, "Runs the plan in that file instead of seeds")
      ->type_name("FILE")
      ->excludes("--seeds")
      ->excludes("--nodes")
      ->excludes("--hostile")
      ->excludes("--minutes");
  app.add_option("--jobs", chosen.jobs, "Processes at once; default: 1")
      ->type_name("N")
      ->check(CLI::Range{std::size_t{1}, std::size_t{1024}});
  app.add_option("--patience", given.patience, "Real time for one run; default: 600")
      ->type_name("S")
      ->check(CLI::Range{std::size_t{1}, std::size_t{1'000'000}});
  app.add_flag("--shrink", chosen.shrinks, "Finds the fewest faults with which a run that failed fails still")
      ->disable_flag_override();
  app.add_flag("--print-plan", chosen.prints_plan,
               "Prints what goes wrong in these runs, with the islands of partitions, and runs nothing")
      ->disable_flag_override();
  app.add_flag("--list-faults", chosen.lists_kinds,
               "Prints the kinds of faults, and what TARGET and LEVEL mean in a plan, and runs nothing")
      ->disable_flag_override();
}

}  // namespace

result<options, examples::early_exit> read_options(int argc, const char* const* argv) {
  CLI::App app{
      "Simulates networks of whole nodes in which much goes wrong: which kinds of faults, how often and where\n"
      "is drawn from a seed. Prints a line of JSON for each run, with the rule that it broke, if it broke one.\n"
      "Exits with 1 if any did.",
      "pappus-chaos"};
  options chosen;
  arguments given;
  declare(app, chosen, given);
  if (auto instead = examples::parse(app, argc, argv)) return failure{*std::move(instead)};
  if (!read_seeds(given.seeds, chosen)) return failure{examples::bad_usage("--seeds: not A..B: " + given.seeds)};
  chosen.size.hostile = given.hostile.value_or((chosen.size.nodes + nodes_for_an_attacker - 1) / nodes_for_an_attacker);
  chosen.patience = std::chrono::seconds{given.patience};
  return chosen;
}

}  // namespace chaos
