// Parses a protocol message from text.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <pappus/result.hpp>
#include <pappus/wire/grin_messages.hpp>
#include <pappus/wire/hex.hpp>

#include "parameters.hpp"

namespace mini_node {

/// Decodes a message from its name and its body in hexadecimal, and calls `handler` with it. A body does not contain
/// its protocol version, so the versions that differ in encoding are tried. If all fail, the error is that of the
/// version with the highest error offset.
template <class Handler>
[[nodiscard]] pappus::result<void, std::string> read_message(std::string_view name, std::string_view hex,
                                                             const pappus::wire::chain_limits& limits,
                                                             Handler&& handler) {
  namespace wire = pappus::wire;
  const auto code = wire::grin_messages::code_of(name);
  if (!code) return pappus::failure{is_not(name, "a message of the protocol")};
  const auto body = wire::bytes_from_hex(hex);
  if (!body) {
    return pappus::failure{"HEX: " +
                           is_not(hex, "the body of a " + std::string{name} + " in hexadecimal, two digits a byte")};
  }
  std::optional<wire::decode_error> fault;
  for (const std::uint32_t version : std::array{1000U, 2U, 1U}) {
    const wire::frame whole{{*code, body->size()}, true, *body};
    const auto read = wire::grin_messages::dispatch(whole, {{version}, limits}, handler);
    if (read) return {};
    if (!fault || read.error().offset > fault->offset) fault = read.error();
  }
  return pappus::failure{"HEX: " + to_string(*fault)};
}

/// Fails unless `name` is that of a message type for which `selects.operator()<Message>()` is true; the error lists
/// these. `what` says what they are.
template <class Selects, pappus::wire::message... Messages>
[[nodiscard]] pappus::result<void, std::string> check_name_of(std::type_identity<pappus::wire::protocol<Messages...>>,
                                                              std::string_view name, std::string_view what,
                                                              Selects selects) {
  std::string all;
  bool found = false;
  const auto list = [&](std::string_view each) {
    all += (all.empty() ? "" : ", ") + std::string{each};
    found = found || each == name;
  };
  (..., (selects.template operator()<Messages>() ? list(Messages::name) : void()));
  if (found) return {};
  return pappus::failure{"MESSAGE: " + is_not(name, std::string{what} + ": " + all)};
}

template <class Selects>
[[nodiscard]] pappus::result<void, std::string> check_name(std::string_view name, std::string_view what,
                                                           Selects selects) {
  return check_name_of(std::type_identity<pappus::wire::grin_messages>{}, name, what, selects);
}

}  // namespace mini_node
