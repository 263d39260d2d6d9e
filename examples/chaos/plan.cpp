// The text form of a plan.
#include "plan.hpp"

#include <charconv>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <optional>
#include <sstream>

#include <fmt/format.h>

#include "fault_kinds.hpp"

namespace chaos {
namespace {

using words = std::vector<std::string>;

double seconds_of(io::duration time) { return std::chrono::duration<double>{time}.count(); }

io::duration duration_of(double seconds) { return std::chrono::milliseconds{std::llround(seconds * 1000)}; }

words words_of(const std::string& line) {
  std::istringstream in{line};
  words found;
  for (std::string word; in >> word;) found.push_back(word);
  return found;
}

template <class Number>
std::optional<Number> number_in(const std::string& word) {
  Number number{};
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  return number;
}

/// Reads a whole number; what is wrong with it, or nothing.
template <class Number>
std::string read_number(const char* name, const std::string& word, Number least, Number most, Number& into) {
  const auto number = number_in<Number>(word);
  if (!number || *number < least || *number > most) return fmt::format("{} is a number, {} to {}", name, least, most);
  into = *number;
  return {};
}

std::string first_of(std::initializer_list<std::string> reasons) {
  for (const std::string& each : reasons) {
    if (!each.empty()) return each;
  }
  return {};
}

/// What is wrong with the line, or nothing.
std::string read_first_line(const words& line, plan& into) {
  if (line.size() != 5 || line[0] != "plan") return "a plan begins with the line `plan SEED NODES HOSTILE MINUTES`";
  constexpr auto any = std::numeric_limits<std::uint64_t>::max();
  return first_of({read_number("SEED", line[1], std::uint64_t{0}, any, into.seed),
                   read_number("NODES", line[2], min_nodes, max_nodes, into.size.nodes),
                   read_number("HOSTILE", line[3], std::size_t{0}, max_hostile, into.size.hostile),
                   read_number("MINUTES", line[4], min_minutes, max_minutes, into.size.minutes)});
}

std::string read_target(const std::string& word, const fault_kind& kind, const run_size& size, std::size_t& into) {
  const std::size_t targets = kind.is_hostile ? size.hostile : size.nodes;
  if (targets == 0) return fmt::format("{} needs a machine of an attacker: HOSTILE of the first line is 0", kind.name);
  return read_number(kind.is_hostile ? "TARGET, an attacker's machine," : "TARGET, a node,", word, std::size_t{0},
                     targets - 1, into);
}

std::string read_times(const std::string& begin, const std::string& end, const run_size& size, fault& into) {
  const auto from = number_in<double>(begin);
  const auto to = number_in<double>(end);
  const double most = seconds_of(size.length());
  const auto is_within = [most](double seconds) { return seconds >= 0 && seconds <= most; };  // nor is NaN
  if (!from || !to || !is_within(*from) || !is_within(*to)) {
    return fmt::format("BEGIN and END are seconds, 0 to {}, which are the plan's {} minutes", most, size.minutes);
  }
  into.begin = duration_of(*from);
  into.end = duration_of(*to);
  return into.begin < into.end ? "" : "BEGIN is before END";
}

std::string read_fault(const words& line, const run_size& size, fault& into) {
  if (line[0] == "plan") return "another plan begins here: a file has one";
  if (line.size() != 5) return "a fault is a line `KIND TARGET BEGIN END LEVEL`";
  const auto kind = kind_named(line[0]);
  if (!kind) return fmt::format("there is no kind of fault `{}`: see --list-faults", line[0]);
  into.kind = *kind;
  return first_of({read_target(line[1], fault_kinds()[*kind], size, into.target),
                   read_times(line[2], line[3], size, into),
                   read_number("LEVEL", line[4], std::uint32_t{0}, levels - 1, into.level)});
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
  std::size_t number = 0;
  std::istringstream lines{std::string{text}};
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const words found = words_of(line);
    if (found.empty() || line.front() == '#') continue;
    const std::string wrong =
        has_first ? read_fault(found, read.size, read.faults.emplace_back()) : read_first_line(found, read);
    if (!wrong.empty()) return pappus::failure{fmt::format("line {}: {}: {}", number, wrong, line)};
    has_first = true;
  }
  if (!has_first) return pappus::failure{std::string{"a plan begins with the line `plan SEED NODES HOSTILE MINUTES`"}};
  return read;
}

}  // namespace chaos
