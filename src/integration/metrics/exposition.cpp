#include <cstdint>
#include <iterator>
#include <map>
#include <string>
#include <utility>

#include <fmt/format.h>

#include <pappus/integration/metrics/exposition.hpp>
#include <pappus/printable.hpp>

namespace pappus::integration {
namespace {

template <class... Args>
void print(std::string& to, fmt::format_string<Args...> form, Args&&... args) {
  fmt::format_to(std::back_inserter(to), form, std::forward<Args>(args)...);
}

/// The printable form of a text, with a backslash before each of the `special` characters.
std::string shown(std::string_view text, std::string_view special) {
  std::string safe;
  for (const char each : printable(text)) {
    if (special.find(each) != std::string_view::npos) safe += '\\';
    safe += each;
  }
  return safe;
}

/// Escapes a text for Prometheus. Quotes are escaped only in label values, not in help texts.
std::string escaped(std::string_view text, bool quoted) {
  const std::string_view special = quoted ? "\\\"" : "\\";
  std::string safe;
  for (;;) {
    const std::size_t end = text.find('\n');
    safe += shown(text.substr(0, end), special);
    if (end == std::string_view::npos) return safe;
    safe += "\\n";
    text.remove_prefix(end + 1);
  }
}

std::string json_string(std::string_view text) { return '"' + shown(text, "\\\"") + '"'; }

std::string number(const metric::sample& of) { return (of.negative ? "-" : "") + std::to_string(of.value); }

/// The former value of the metric's label.
std::string_view former_value(const metric::sample& of) noexcept {
  return of.former_label.empty() ? of.label : of.former_label;
}

void add_member(std::string& to, std::string_view label, std::string_view value) {
  if (!to.empty()) to += ',';
  print(to, "{}:{}", json_string(label), value);
}

/// The samples of one metric as members of a JSON object, and those with former label values after them.
std::string json_members(const metric& of) {
  std::string members;
  std::map<std::string_view, std::uint64_t> former;
  for (const metric::sample& each : of.samples) {
    add_member(members, each.label, number(each));
    if (!each.former_label.empty()) former[each.former_label] += each.value;
  }
  for (const auto& [label, value] : former) add_member(members, label, std::to_string(value));
  return members;
}

/// The label of a sample, and its former label if there is one, in braces.
std::string labels(const metric& of, const metric::sample& sample) {
  std::string text;
  print(text, "{{{}=\"{}\"", of.label, escaped(sample.label, true));
  if (!of.former_label.empty()) print(text, ",{}=\"{}\"", of.former_label, escaped(former_value(sample), true));
  return text += '}';
}

}  // namespace

std::string to_prometheus(std::span<const metric> all) {
  std::string text;
  for (const metric& of : all) {
    print(text, "# HELP {} {}\n", of.name, escaped(of.help, false));
    print(text, "# TYPE {} {}\n", of.name, of.kind == metric_kind::counter ? "counter" : "gauge");
    for (const metric::sample& each : of.samples) {
      text += of.name;
      if (!of.label.empty()) text += labels(of, each);
      print(text, " {}\n", number(each));
    }
  }
  return text;
}

std::string to_json(std::span<const metric> all) {
  std::string text{'{'};
  for (const metric& of : all) {
    if (text.size() != 1) text += ',';
    print(text, "{}:", json_string(of.name));
    if (of.label.empty()) text += number(of.samples.front());
    else print(text, "{{{}}}", json_members(of));
  }
  return text += '}';
}

}  // namespace pappus::integration
