#include "report.hpp"

#include <set>
#include <sstream>
#include <string_view>

#include <fmt/format.h>

namespace chaos {
namespace {

double in_seconds(io::duration time) { return std::chrono::duration<double>{time}.count(); }

std::string json_string(std::string_view text) {
  std::string made = "\"";
  for (const char each : text) {
    if (each == '"' || each == '\\') made += '\\';
    if (each == '\n') made += "\\n";
    else if (static_cast<unsigned char>(each) >= 0x20) made += each;
  }
  return made + '"';
}

std::size_t kinds_in(const plan& what) {
  std::set<std::size_t> kinds;
  for (const fault& each : what.faults) kinds.insert(each.kind);
  return kinds.size();
}

/// Members of a run whose process has ended in order.
std::string measured(const outcome& how) {
  return fmt::format(
      R"(,"length":{:.3f},"recovery":{:.3f},"events":{},"transactions":{},"acknowledged":{},"published":{},"blocks":{},)"
      R"("bans":{},"longest_turn":{})",
      in_seconds(how.length), in_seconds(how.recovery), how.events, how.transactions, how.acknowledged, how.published,
      how.blocks, how.bans, how.longest_turn);
}

}  // namespace

std::string to_json(const report& what) {
  const outcome& how = what.how;
  const run_size& size = what.of.size;
  std::string line = fmt::format(R"({{"seed":{},"nodes":{},"hostile":{},"minutes":{},"faults":{},"kinds":{},"ok":{})",
                                 what.of.seed, size.nodes, size.hostile, size.minutes, what.of.faults.size(),
                                 kinds_in(what.of), !how.broken.has_value());
  const bool is_measured = how.end == run_end::in_order;
  if (is_measured) line += measured(how);
  if (how.broken) {
    line += fmt::format(R"(,"rule":{},"detail":{})", json_string(how.broken->rule), json_string(how.broken->detail));
    if (is_measured) line += fmt::format(R"(,"at":{:.3f})", in_seconds(how.broken->at));
  }
  if (what.shrunk) {
    line += fmt::format(R"(,"shrunk_to":{},"plan":{})", what.shrunk->faults.size(), json_string(to_text(*what.shrunk)));
  }
  return line + "}\n";
}

std::string to_text(const outcome& how) {
  std::string text = fmt::format("{} {} {} {} {} {} {} {} {} {}\n", static_cast<int>(how.end), how.length.count(),
                                 how.recovery.count(), how.events, how.transactions, how.acknowledged, how.published,
                                 how.blocks, how.bans, how.longest_turn);
  if (how.broken) {
    text += fmt::format("{}\n{}\n{}\n", how.broken->at.count(), how.broken->rule, how.broken->detail);
  }
  return text;
}

std::optional<outcome> outcome_from_text(const std::string& text) {
  std::istringstream in{text};
  outcome how;
  io::duration::rep length = 0;
  io::duration::rep recovery = 0;
  int end = 0;
  if (!(in >> end >> length >> recovery >> how.events >> how.transactions >> how.acknowledged >> how.published >>
        how.blocks >> how.bans >> how.longest_turn))
    return std::nullopt;
  how.end = static_cast<run_end>(end);
  how.length = io::duration{length};
  how.recovery = io::duration{recovery};
  violation found;
  io::duration::rep at = 0;
  if (in >> at) {
    in.ignore(1);
    if (!std::getline(in, found.rule) || !std::getline(in, found.detail)) return std::nullopt;
    found.at = io::duration{at};
    how.broken = std::move(found);
  }
  return how;
}

}  // namespace chaos
