// pappus-anonymity: measures how well spies in a network of real nodes can identify the makers of transactions.
#include <cstdio>
#include <fstream>
#include <stdexcept>

#include "options.hpp"
#include "progress.hpp"
#include "report.hpp"
#include "survey.hpp"

namespace {

using namespace anonymity;

results simulate(const options& chosen) {
  const std::size_t graphs = chosen.spies.size() * chosen.graphs + chosen.spread_graphs;
  progress shown{graphs, chosen.quiet};
  results all;
  for (const double share : chosen.spies) {
    settings what = chosen.what;
    what.spies = share;
    all.hunts.push_back(hunt(what, chosen.graphs, chosen.threads, shown));
  }
  all.spread = spread(chosen.what, chosen.spread_graphs, chosen.threads, shown);
  return all;
}

void run(const options& chosen) {
  std::ofstream csv;
  const auto check = [&] {
    if (!csv) throw std::runtime_error("cannot write " + chosen.csv);
  };
  if (!chosen.csv.empty()) csv.open(chosen.csv);  // opened first, so that a failure is reported before the simulation
  check();
  const results all = simulate(chosen);
  print_table(stdout, chosen, all);
  if (csv.is_open()) csv << csv_of(chosen, all) << std::flush;
  check();
}

}  // namespace

int main(int argc, char** argv) {
  const auto run_and_report = [](const options& chosen) {
    run(chosen);
    return 0;
  };
  return examples::run_main(
      "pappus-anonymity", [&] { return read_options(argc, argv); }, run_and_report);
}
