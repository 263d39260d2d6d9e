#include <iterator>
#include <utility>

#include <fmt/format.h>

#include <pappus/integration/exposition.hpp>

namespace pappus::integration {
namespace {

template <class... Args>
void print(std::string& to, fmt::format_string<Args...> form, Args&&... args) {
  fmt::format_to(std::back_inserter(to), form, std::forward<Args>(args)...);
}

/// In a help text quotes mean nothing.
std::string escaped(std::string_view text, bool quoted) {
  std::string safe;
  for (const char each : text) {
    if (each == '\n') safe += "\\n";
    else if (each == '\\' || (quoted && each == '"')) safe.append({'\\', each});
    else safe += each;
  }
  return safe;
}

std::string json_string(std::string_view text) {
  std::string safe{'"'};
  for (const char each : text) {
    if (each == '"' || each == '\\') safe.append({'\\', each});
    else if (static_cast<unsigned char>(each) < 0x20) print(safe, "\\u{:04x}", static_cast<unsigned>(each));
    else safe += each;
  }
  return safe += '"';
}

/// The samples of one metric as the members of an object.
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
      if (!of.label.empty()) print(text, "{{{}=\"{}\"}}", of.label, escaped(each.label, true));
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
