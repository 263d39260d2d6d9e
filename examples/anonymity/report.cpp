#include "report.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include <pappus/peer/stem_result.hpp>

#include "first_spy.hpp"

namespace anonymity {
namespace {

using pappus::peer::fluff_reason;

constexpr const char* nothing = "-";

double quantile(const std::vector<double>& ascending, double at) {
  const auto last = static_cast<double>(ascending.size() - 1);
  return ascending[static_cast<std::size_t>(at * last + 0.5)];
}

double mean(const std::vector<double>& of) {
  return std::accumulate(of.begin(), of.end(), 0.0) / static_cast<double>(of.size());
}

settings with_spies(settings what, double share) {
  what.spies = share;
  return what;
}

void print_hunts(std::FILE* to, const options& chosen, const results& all) {
  fmt::print(to, "{:>6} {:>18} {:>11} {:>18} {:>11} {:>8}\n", "spies", "precision", "closed form", "recall",
             "closed form", "unheard");
  for (std::size_t i = 0; i != chosen.spies.size(); ++i) {
    const hunt_findings& found = all.hunts[i];
    const auto expected = closed_form(with_spies(chosen.what, chosen.spies[i]));
    const auto form_of = [](const estimate& of) {
      return fmt::format("{:.4f} +- {:>6}", of.mean, of.error ? fmt::format("{:.4f}", *of.error) : nothing);
    };
    fmt::print(to, "{:>6.2f} {:>18} {:>11} {:>18} {:>11} {:>8}\n", chosen.spies[i], form_of(found.precision),
               expected ? fmt::format("{:.4f}", expected->precision) : nothing, form_of(found.recall),
               expected ? fmt::format("{:.4f}", expected->recall) : nothing, found.unheard);
  }
}

void print_times(std::FILE* to, const char* what, const std::vector<double>& ascending) {
  if (ascending.empty()) return fmt::print(to, "{:<34} {:>9}\n", what, nothing);
  fmt::print(to, "{:<34} {:>9.2f} {:>9.2f} {:>9.2f} {:>9.2f}\n", what, mean(ascending), quantile(ascending, 0.5),
             quantile(ascending, 0.9), ascending.back());
}

double share(const spread_findings& of, fluff_reason why) {
  const auto fluffs = std::accumulate(of.reasons.begin(), of.reasons.end(), std::size_t{0});
  const auto with_it = of.reasons.at(static_cast<std::size_t>(why));
  return fluffs == 0 ? 0 : static_cast<double>(with_it) / static_cast<double>(fluffs);
}

/// The reasons, by the names of their enumerators: the texts of `to_string` are older.
struct named_reason {
  fluff_reason reason;
  const char* name;
};
constexpr named_reason reasons[] = {{fluff_reason::aggregation_expired, "aggregation_expired"},
                                    {fluff_reason::embargo_expired, "embargo_expired"},
                                    {fluff_reason::no_relay, "no_relay"},
                                    {fluff_reason::requested, "requested"}};

void print_spread(std::FILE* to, scheme how, const spread_findings& spread) {
  const bool has_stem = how != scheme::private_broadcast;
  fmt::print(to, "{:<34} {:>9} {:>9} {:>9} {:>9}\n", "without spies", "mean", "median", "9 in 10", "most");
  print_times(to, has_stem ? "hops on the stem" : "peers told by then", spread.hops);
  print_times(to, has_stem ? "seconds until it is fluffed" : "seconds until a told node has it", spread.private_for);
  print_times(to, "from then until 50% of nodes have it", spread.to_half);
  print_times(to, "from then until 99% of nodes have it", spread.to_most);
  if (!has_stem) return;
  fmt::print(to, "\nreasons of the fluffs:");
  const char* before = "";
  for (const auto& [reason, name] : reasons) {
    if (share(spread, reason) == 0) continue;
    fmt::print(to, "{} {} {:.1f}%", before, name, 100 * share(spread, reason));
    before = ",";
  }
  fmt::print(to, "\n");
}

/// A CSV field with a leading comma; empty if there is no value.
template <class Value>
std::string field(const std::optional<Value>& value) {
  return value ? fmt::format(",{:.6g}", *value) : std::string{","};
}

std::optional<double> median(const std::vector<double>& ascending) {
  return ascending.empty() ? std::nullopt : std::optional{quantile(ascending, 0.5)};
}

}  // namespace

void print_table(std::FILE* to, const options& chosen, const results& all) {
  const settings& what = chosen.what;
  fmt::print(to, "{} nodes, {}, {}, stem probability {}, seed {}\n", what.nodes, to_string(what.scheme),
             to_string(what.topology), what.stem_probability, what.seed);
  if (chosen.graphs != 0) {
    fmt::print(to, "\n{} graphs, spies that go by {}\n", chosen.graphs,
               what.heard == hearing::stems ? "stems alone" : "all they hear");
    print_hunts(to, chosen, all);
  }
  if (chosen.spread_graphs != 0) {
    fmt::print(to, "\n{} graphs\n", chosen.spread_graphs);
    print_spread(to, what.scheme, all.spread);
  }
}

std::string csv_of(const options& chosen, const results& all) {
  std::string text =
      "scheme,topology,nodes,stem_probability,heard,seed,graphs,spies,precision,precision_error,recall,recall_error,"
      "expected_precision,expected_recall,unheard,spread_graphs,hops_mean,private_median,to_half_median,to_most_median";
  for (const auto& each : reasons) text += std::string{",fluffed_"} + each.name;
  text += '\n';
  const settings& what = chosen.what;
  const spread_findings& spread = all.spread;
  for (std::size_t i = 0; i != chosen.spies.size(); ++i) {
    const hunt_findings& found = all.hunts[i];
    const auto expected = closed_form(with_spies(what, chosen.spies[i]));
    text += fmt::format("{},{},{},{},{},{},{},{}", to_string(what.scheme), to_string(what.topology), what.nodes,
                        what.stem_probability, to_string(what.heard), what.seed, chosen.graphs, chosen.spies[i]);
    for (const estimate* const each : {&found.precision, &found.recall}) {
      text += fmt::format(",{:.6g}", each->mean) + field(each->error);
    }
    text += expected ? fmt::format(",{:.6g},{:.6g}", expected->precision, expected->recall) : std::string{",,"};
    text += fmt::format(",{},{}", found.unheard, chosen.spread_graphs);
    text += field(spread.hops.empty() ? std::nullopt : std::optional{mean(spread.hops)});
    for (const auto* const each : {&spread.private_for, &spread.to_half, &spread.to_most}) text += field(median(*each));
    for (const auto& each : reasons) text += fmt::format(",{:.6g}", share(spread, each.reason));
    text += '\n';
  }
  return text;
}

}  // namespace anonymity
