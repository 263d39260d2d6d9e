// The concept of a message type, and functions to decode and encode message bodies.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <pappus/wire/bytes.hpp>
#include <pappus/wire/error.hpp>
#include <pappus/wire/reader.hpp>
#include <pappus/wire/writer.hpp>

namespace pappus::wire {

/// A message is a plain value that owns all its members, with
/// - `code`: its type code in a frame,
/// - `name`: a static string for errors and logs,
/// - `cap(limits)`: maximum body size on a chain, bytes; readers accept `limits::read_tolerance` times that,
/// - `read(in)`: reads the body; the result is unspecified after an error in `in`,
/// - `write(out)` and `size(version)`: writes the body; its exact size in bytes.
///
/// A message that shares memory must have constructors: g++ 12 copies a temporary aggregate bitwise inside an
/// expression that awaits, and destroys both copies.
template <class Message>
concept message = requires(const Message& value, reader& in, writer& out, protocol_version version, chain_limits net) {
  { Message::code } -> std::convertible_to<std::uint8_t>;
  { Message::name } -> std::convertible_to<const char*>;
  { Message::cap(net) } -> std::same_as<std::size_t>;
  { Message::read(in) } -> std::same_as<Message>;
  { value.write(out) } -> std::same_as<void>;
  { value.size(version) } -> std::same_as<std::size_t>;
};

/// Whether bytes after the end of a message's body are ignored; by default they are an error. Grin ignores them, but
/// neither Grin nor any other node sends such bytes, and a message with two encodings is two messages to code that
/// compares bytes. A message type overrides this with `static constexpr bool ignores_trailing_bytes = true`; of Grin's
/// messages only BanReason does.
template <class Message>
inline constexpr bool ignores_trailing_bytes = false;

template <class Message>
requires requires { Message::ignores_trailing_bytes; }
inline constexpr bool ignores_trailing_bytes<Message> = Message::ignores_trailing_bytes;

/// Whether a message has lists of so many hashed elements that it is checked while it is arriving. A message type sets
/// it with `static constexpr bool has_long_lists = true`.
template <class Message>
inline constexpr bool has_long_lists = false;

template <class Message>
requires requires { Message::has_long_lists; }
inline constexpr bool has_long_lists<Message> = Message::has_long_lists;

/// Decodes the whole content of `in`.
template <message Message>
[[nodiscard]] decode_result<Message> decode(reader in) {
  Message value = Message::read(in);
  if constexpr (!ignores_trailing_bytes<Message>) in.expect_end();
  if (in.ok()) return decode_result<Message>{std::move(value)};
  decode_error error = in.error();
  error.message = Message::name;
  return failure{error};
}

/// Decodes a whole body.
template <message Message>
[[nodiscard]] decode_result<Message> decode(bytes_view body, const codec_context& spoken) {
  return decode<Message>(reader{body, spoken});
}

/// Checks the part of a body that has arrived, and stores in `known` what need not be checked again. Fails if no valid
/// body can begin like this, in which case `decode` fails, too.
template <message Message>
[[nodiscard]] decode_result<void> check_prefix(bytes_view arrived, const codec_context& spoken, order_progress& known) {
  const auto read = decode<Message>(reader{arrived, spoken, known, true});
  if (read || read.error().code == decode_errc::unexpected_end) return {};
  return failure{read.error()};
}

/// Encodes a whole body.
template <message Message>
[[nodiscard]] encode_result<bytes> encode(const Message& value, protocol_version version) {
  writer out{version, value.size(version)};
  value.write(out);
  return std::move(out).finish();
}

}  // namespace pappus::wire
