// Commands of standard input as a table, each named by its first word: their help, and how a line is carried out.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pappus/result.hpp>

#include "records.hpp"
#include "text.hpp"

namespace mini_node {

/// The parameters that are given to a command.
using command_words = std::vector<std::string_view>;

/// Receives the fields of the reply, or the reason why the command is refused.
using command_handler = std::function<void(pappus::result<record, std::string>)>;

/// `Commands` has a function for each command.
template <class Commands>
struct command {
  std::string_view name;
  std::string_view parameters;
  std::size_t least;  // minimum number of parameters
  std::size_t most;
  void (Commands::*act)(const command_words& given, const command_handler& answer);
  std::string does;
};

/// A program's own commands, and then those of its base class.
template <class Commands, class Base>
[[nodiscard]] std::vector<command<Commands>> extended(std::vector<command<Commands>> own,
                                                      const std::vector<command<Base>>& inherited) {
  for (const command<Base>& each : inherited)
    own.push_back({each.name, each.parameters, each.least, each.most, each.act, each.does});
  return own;
}

/// The lines of the help of a command line about one of them.
[[nodiscard]] std::string help_of(std::string_view name, std::string_view parameters, std::string_view does);
/// Refuses a command with another number of parameters.
[[nodiscard]] record wrong_usage(const std::string& name, std::string_view parameters, std::size_t given);
/// Refuses a name that is none of a command; refuses an empty one in other words.
[[nodiscard]] record no_command(const std::string& name);
/// The reply to a line that was too long to be read; `beginning` is its beginning.
[[nodiscard]] record too_long(std::string_view beginning);

/// The help of the command line.
template <class Commands>
[[nodiscard]] std::string help_of(const std::vector<command<Commands>>& all) {
  std::string text;
  for (const command<Commands>& each : all) text += help_of(each.name, each.parameters, each.does);
  return text;
}

/// The fields of the reply to `help`.
template <class Commands>
[[nodiscard]] record list_of(const std::vector<command<Commands>>& all) {
  record list = record::array();
  for (const command<Commands>& each : all) {
    list.push_back({{"command", each.name}, {"parameters", each.parameters}, {"does", each.does}});
  }
  return record{{"commands", std::move(list)}};
}

/// A name that the command had before, or that name itself.
using command_renaming = std::string_view (*)(std::string_view name);

/// Executes a line. `answer` is called once, before this returns or later, as the command says.
template <class Commands>
void carry_out(
    Commands& on, const std::vector<command<Commands>>& all, std::string_view line, std::function<void(record)> answer,
    command_renaming current_name = [](std::string_view name) { return name; }) {
  command_words given = words_of(line);
  if (given.empty()) return answer(no_command(""));
  const std::string name{given.front()};
  given.erase(given.begin());

  const auto found = std::ranges::find(all, current_name(name), &command<Commands>::name);
  if (found == all.end()) return answer(no_command(name));
  if (given.size() < found->least || given.size() > found->most)
    return answer(wrong_usage(name, found->parameters, given.size()));
  (on.*found->act)(given, [name, answer = std::move(answer)](const pappus::result<record, std::string>& ended) {
    answer(ended ? granted(name, *ended) : refused(name, ended.error()));
  });
}

}  // namespace mini_node
