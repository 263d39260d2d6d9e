// The text form of a plan.
#include "plan.hpp"

#include <cmath>
#include <sstream>

#include <fmt/format.h>

#include "fault_kinds.hpp"

namespace chaos {
namespace {

double seconds_of(io::duration time) { return std::chrono::duration<double>{time}.count(); }

io::duration duration_of(double seconds) { return std::chrono::milliseconds{std::llround(seconds * 1000)}; }

bool read_first_line(std::istream& words, plan& into) {
  std::string word;
  return (words >> word >> into.seed >> into.size.nodes >> into.size.hostile >> into.size.minutes) && word == "plan";
}

bool read_fault(std::istream& words, const run_size& size, fault& into) {
  std::string name;
  double begin = 0;
  double end = 0;
  if (!(words >> name >> into.target >> begin >> end >> into.level)) return false;
  const auto kind = kind_named(name);
  if (!kind) return false;
  into.kind = *kind;
  into.begin = duration_of(begin);
  into.end = duration_of(end);
  const std::size_t targets = fault_kinds()[*kind].is_hostile ? size.hostile : size.nodes;
  return into.target < targets && into.level < 1000 && into.begin < into.end && into.end <= size.length();
}

}  // namespace

std::string to_text(const plan& what) {
  std::string text =
      fmt::format("plan {} {} {} {}\n", what.seed, what.size.nodes, what.size.hostile, what.size.minutes);
  for (const fault& each : what.faults) {
    text += fmt::format("{} {} {:.3f} {:.3f} {}\n", fault_kinds()[each.kind].name, each.target, seconds_of(each.begin),
                        seconds_of(each.end), each.level);
  }
  return text;
}

pappus::result<plan, std::string> plan_from_text(std::string_view text) {
  plan read;
  bool has_first = false;
  std::istringstream lines{std::string{text}};
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#') continue;
    std::istringstream words{line};
    const bool good =
        has_first ? read_fault(words, read.size, read.faults.emplace_back()) : read_first_line(words, read);
    if (!good) return pappus::failure{"not a line of a plan: " + line};
    has_first = true;
  }
  if (!has_first) return pappus::failure{std::string{"a plan begins with a line `plan SEED NODES HOSTILE MINUTES`"}};
  return read;
}

}  // namespace chaos
