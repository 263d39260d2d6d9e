#include <iterator>
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

/// The samples of one metric as members of a JSON object.
std::string json_members(const metric& of) {
  std::string members;
  for (const metric::sample& each : of.samples) {
    if (!members.empty()) members += ',';
    print(members, "{}:{}", json_string(each.label), each.value);
  }
  return members;
}

}  // namespace

std::string to_prometheus(std::span<const metric> all) {
  std::string text;
  for (const metric& of : all) {
    print(text, "# HELP {} {}\n", of.name, escaped(of.help, false));
    print(text, "# TYPE {} {}\n", of.name, of.kind == metric_kind::counter ? "counter" : "gauge");
    for (const metric::sample& each : of.samples) {
      text += of.name;
      const std::string value = escaped(each.label, true);
      if (!of.former_label.empty()) print(text, R"({{{0}="{2}",{1}="{2}"}})", of.label, of.former_label, value);
      else if (!of.label.empty()) print(text, "{{{}=\"{}\"}}", of.label, value);
      print(text, " {}\n", each.value);
    }
  }
  return text;
}

std::string to_json(std::span<const metric> all) {
  std::string text{'{'};
  for (const metric& of : all) {
    if (text.size() != 1) text += ',';
    print(text, "{}:", json_string(of.name));
    if (of.label.empty()) print(text, "{}", of.samples.front().value);
    else print(text, "{{{}}}", json_members(of));
  }
  return text += '}';
}

}  // namespace pappus::integration
