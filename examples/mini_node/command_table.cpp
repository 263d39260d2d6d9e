#include "command_table.hpp"

#include <fmt/format.h>

#include "parameters.hpp"

namespace mini_node {

std::string help_of(std::string_view name, std::string_view parameters, std::string_view does) {
  constexpr std::size_t indent = 27;
  constexpr std::size_t width = 110 - indent;
  std::string usage = "  " + std::string{name} + ' ' + std::string{parameters};
  if (usage.size() < indent) usage.resize(indent, ' ');
  else usage += '\n' + std::string(indent, ' ');
  return usage + wrapped(does, indent, width) + '\n';
}

record wrong_usage(const std::string& name, std::string_view parameters, std::size_t given) {
  const std::string blank = parameters.empty() ? "" : " ";
  return refused(name,
                 fmt::format("usage: {}{}{} (words given after the command: {})", name, blank, parameters, given));
}

record no_command(const std::string& name) {
  if (name.empty()) return refused("", "an empty line is no command");
  return refused(name, is_not(name, "a command: `help` lists all"));
}

record too_long(std::string_view beginning) {
  const command_words given = words_of(beginning);
  return refused(given.empty() ? "" : given.front(), "the line is longer than any command");
}

}  // namespace mini_node
