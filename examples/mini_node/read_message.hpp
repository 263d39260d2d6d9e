// Parses a protocol message from text.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <pappus/result.hpp>
#include <pappus/wire/grin_messages.hpp>
#include <pappus/wire/hex.hpp>

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
  if (!code) return pappus::failure{"there is no message '" + std::string{name} + "'"};
  const auto body = wire::bytes_from_hex(hex);
  if (!body) return pappus::failure{"the " + std::string{name} + " is not in hexadecimal"};
  std::optional<wire::decode_error> fault;
  for (const std::uint32_t version : std::array{1000U, 2U, 1U}) {
    const wire::frame whole{{*code, body->size()}, true, *body};
    const auto read = wire::grin_messages::dispatch(whole, {{version}, limits}, handler);
    if (read) return {};
    if (!fault || read.error().offset > fault->offset) fault = read.error();
  }
  return pappus::failure{to_string(*fault)};
}

}  // namespace mini_node
