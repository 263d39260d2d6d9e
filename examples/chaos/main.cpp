// pappus-chaos: networks of real nodes in which much goes wrong, by seed, and the rules that they keep all the same.
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <pappus/result.hpp>

#include "fault_kinds.hpp"
#include "options.hpp"
#include "plan.hpp"
#include "processes.hpp"
#include "proxies.hpp"
#include "report.hpp"
#include "shrink.hpp"

namespace {

using namespace chaos;

void print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

void list_kinds() {
  for (const fault_kind& each : fault_kinds()) {
    print(fmt::format("{:<16} {}\n  TARGET         {}\n  LEVEL          {}\n", each.name, each.about, each.target,
                      each.level));
  }
}

std::size_t machines_of(const plan& of) { return of.size.nodes + of.size.hostile + proxies_of(of.seed, of.size.nodes); }

bool is_partition(const fault& which) { return fault_kinds()[which.kind].name == std::string_view{"partition"}; }

/// With a comment on each partition, since its line does not show whom it cuts off.
void print_plan(const plan& drawn) {
  print(to_text(drawn));
  for (const fault& each : drawn.faults) {
    if (!is_partition(each)) continue;
    const auto island = island_of(each, machines_of(drawn));
    print(fmt::format("# the island of partition {} with level {}: {}\n", each.target, each.level,
                      island.empty() ? "empty, nothing is cut" : fmt::format("{}", fmt::join(island, " "))));
  }
}

/// To standard error.
void warn_of_idle_partitions(const plan& read, const std::string& file) {
  for (const fault& each : read.faults) {
    if (!is_partition(each)) continue;
    const std::size_t on_island = island_of(each, machines_of(read)).size();
    if (on_island != 0 && on_island != machines_of(read)) continue;
    fmt::print(stderr,
               "pappus-chaos: {}: partition {} with level {} cuts nothing: its island is {}. Another TARGET or LEVEL "
               "is another island.\n",
               file, each.target, each.level, on_island == 0 ? "empty" : "all machines");
  }
}

pappus::result<plan, std::string> plan_in(const std::string& file) {
  std::ifstream in{file};
  if (!in) return pappus::failure{"cannot read " + file};
  auto read = plan_from_text(std::string{std::istreambuf_iterator<char>{in}, {}});
  if (!read) return pappus::failure{file + ": " + read.error()};
  warn_of_idle_partitions(*read, file);
  return *std::move(read);
}

plan shrunk(const plan& failing, const outcome& how, const options& chosen) {
  processes some{chosen.jobs, chosen.patience};
  const auto breaks_the_same = [&](const std::vector<plan>& candidates) {
    std::vector<bool> broken;
    for (const outcome& each : some.run(candidates))
      broken.push_back(each.broken && each.broken->rule == how.broken->rule);
    return broken;
  };
  return shrink(failing, breaks_the_same, chosen.jobs);
}

/// Whether fewer faults may break the same rule. A run that was killed has shown none; on a faster machine, or with
/// more patience, it may keep all.
bool can_shrink(const outcome& how) { return how.broken && how.end != run_end::out_of_patience; }

/// To standard error.
void warn_of_unshrunk(const plan& of, const options& chosen) {
  fmt::print(
      stderr,
      "pappus-chaos: seed {} is not shrunk: which rule it breaks is not known, as it was killed after {} s. Repeat "
      "it with a longer --patience.\n",
      of.seed, chosen.patience.count());
}

/// Nothing after the last one, which may be the largest number.
std::optional<std::uint64_t> seed_after(std::uint64_t seed, const options& chosen) {
  return seed == chosen.last ? std::nullopt : std::optional{seed + 1};
}

/// Runs all, or the plan that is `given`; the number of those that break a rule. Reports as soon as they are known, in
/// their order.
std::size_t run(const options& chosen, const std::optional<plan>& given) {
  std::size_t failed = 0;
  std::vector<report> to_shrink;
  std::optional seed{chosen.first};
  bool is_first = true;
  const auto next = [&]() -> std::optional<plan> {
    if (given) return std::exchange(is_first, false) ? given : std::nullopt;
    if (!seed) return std::nullopt;
    const std::uint64_t current = *seed;
    seed = seed_after(current, chosen);
    return draw_plan(current, chosen.size);
  };
  processes all{chosen.jobs, chosen.patience};
  all.run(next, [&](const plan& of, outcome how) {
    const bool is_broken = how.broken.has_value();
    const bool shrinks = chosen.shrinks && can_shrink(how);
    report made{of, std::move(how), std::nullopt};
    if (is_broken) ++failed;
    if (is_broken && chosen.shrinks && !shrinks) warn_of_unshrunk(of, chosen);
    if (shrinks) to_shrink.push_back(std::move(made));
    else print(to_json(made));
  });
  for (report& each : to_shrink) {
    each.shrunk = shrunk(each.of, each.how, chosen);
    print(to_json(each));
  }
  return failed;
}

int run_all(const options& chosen, const std::optional<plan>& given) {
  if (chosen.lists_kinds) list_kinds();
  if (chosen.prints_plan && given) {
    print_plan(*given);
  } else if (chosen.prints_plan) {
    for (std::optional seed{chosen.first}; seed; seed = seed_after(*seed, chosen))
      print_plan(draw_plan(*seed, chosen.size));
  }
  if (chosen.lists_kinds || chosen.prints_plan) return 0;
  const std::size_t failed = run(chosen, given);
  if (failed != 0) std::fprintf(stderr, "pappus-chaos: %zu failed\n", failed);
  return failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::optional<plan> given;
  const auto read_all = [&] {
    auto chosen = read_options(argc, argv);
    if (!chosen || chosen->plan_file.empty()) return chosen;
    auto read = plan_in(chosen->plan_file);
    if (!read) return decltype(chosen){pappus::failure{examples::bad_usage(read.error())}};
    given = *std::move(read);
    return chosen;
  };
  return examples::run_main("pappus-chaos", read_all, [&](const options& chosen) { return run_all(chosen, given); });
}
