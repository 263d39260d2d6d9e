// Declaration of the JSON objects that `--json` writes: the source of docs/reference/json.md. The tests check the
// output against it: each line has the declared fields and types and no others, and each declared field is in some
// line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mini_node::json {

/// The type of a value that is no object of `parts`.
struct value_type {
  std::string_view name;
  std::string_view base;  // boolean, unsigned integer, integer, number, string or object
  std::string_view meaning;
  std::vector<std::string_view> values{};  // not empty: strings, of which it is one
  std::string_view pattern{};              // of a string, a regular expression; with `values`, of what follows one
};

struct field {
  std::string_view name;
  std::string_view type;  // the name of a `value_type` or part, or "list of " and such a name
  std::string_view meaning;
  std::string_view present_if{};  // empty: always
  std::string_view former_of{};   // not empty: this is the former key of that field, and has the same value
};

struct object {
  std::string_view name;  // of an event: its name; of a reply: the command
  std::string_view meaning;
  std::vector<field> fields;
  std::vector<std::string_view> includes{};      // parts whose fields come before its own
  std::vector<std::string_view> alternatives{};  // parts; it has the fields of one of them
  std::string_view former_name{};                // of a command
};

/// A message of the protocol, as commands take it.
struct message_body {
  std::string_view name;
  std::uint8_t code;
  std::string_view form;                   // the parts of its body, in their order, separated by semicolons
  std::vector<std::string_view> commands;  // that take it
};

/// A part of bodies that is no number.
struct body_part {
  std::string_view name;
  std::string_view form;
};

[[nodiscard]] std::vector<value_type> value_types();

/// Without the field of the part `event`, which each has.
[[nodiscard]] std::vector<object> events();

/// Without the fields of the part `reply`, which each has. A refused command is answered by `reply` and `refusal`.
[[nodiscard]] std::vector<object> replies();

/// Objects within objects, and fields that several objects have.
[[nodiscard]] std::vector<object> parts();
[[nodiscard]] std::vector<object> response_parts();    // of `request`, `download` and `unpack`
[[nodiscard]] std::vector<object> statistics_parts();  // of `stats`

/// All messages of the protocol, in the order of their codes.
[[nodiscard]] std::vector<message_body> message_bodies();
[[nodiscard]] std::vector<body_part> body_parts();

/// What a program writes, and the messages that it takes.
struct declaration {
  std::vector<value_type> types;
  std::vector<object> events;
  std::vector<object> replies;
  std::vector<object> parts;
  std::vector<message_body> messages;
  std::vector<body_part> body_parts;
};

/// Of pappus-node: all of the above.
[[nodiscard]] declaration node_declaration();

/// As one JSON object, for `--describe-json`.
[[nodiscard]] std::string to_json(const declaration& all);

}  // namespace mini_node::json
