// What makes a type a message: a code, a name, a cap, and how its body is read and written.
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

/// A message is a plain value that owns all it holds, with
/// - `code`: the byte that stands for it in a frame,
/// - `name`: a static string for errors and logs,
/// - `cap(limits)`: the most bytes its body should have on a network; readers take `limits::read_tolerance` times that,
/// - `read(in)`: the body, whatever it gives once `in` has a fault,
/// - `write(out)` and `size(version)`: the body, and how many bytes exactly that will be.
///
/// One that shares memory has constructors: of a temporary that is an aggregate g++ 12 makes a second one, bit by bit,
/// inside an expression that awaits, and destroys both.
template <class Message>
concept message = requires(const Message& value, reader& in, writer& out, protocol_version version, chain_limits net) {
  { Message::code } -> std::convertible_to<std::uint8_t>;
  { Message::name } -> std::convertible_to<const char*>;
  { Message::cap(net) } -> std::same_as<std::size_t>;
  { Message::read(in) } -> std::same_as<Message>;
  { value.write(out) } -> std::same_as<void>;
  { value.size(version) } -> std::same_as<std::size_t>;
};

/// Bytes after the end of a body are a fault. Grin ignores them, but neither it nor any other node sends some, and a
/// message with two spellings is two messages to whoever compares bytes. A message that is read leniently on purpose
/// says so with `static constexpr bool ignores_trailing_bytes = true`; of Grin's that is BanReason alone.
template <class Message>
inline constexpr bool ignores_trailing_bytes = false;

template <class Message>
requires requires { Message::ignores_trailing_bytes; }
inline constexpr bool ignores_trailing_bytes<Message> = Message::ignores_trailing_bytes;

/// Whether a message has lists of so many elements, each of which is hashed, that it is looked at while it is arriving.
/// It says so with `static constexpr bool has_long_lists = true`.
template <class Message>
inline constexpr bool has_long_lists = false;

template <class Message>
requires requires { Message::has_long_lists; }
inline constexpr bool has_long_lists<Message> = Message::has_long_lists;

/// Reads all that is in `in`.
template <message Message>
[[nodiscard]] decode_result<Message> decode(reader in) {
  Message value = Message::read(in);
  if constexpr (!ignores_trailing_bytes<Message>) in.expect_end();
  if (in.ok()) return decode_result<Message>{std::move(value)};
  decode_error error = in.error();
  error.message = Message::name;
  return failure{error};
}

/// Reads a whole body.
template <message Message>
[[nodiscard]] decode_result<Message> decode(bytes_view body, const codec_context& spoken) {
  return decode<Message>(reader{body, spoken});
}

/// Reads a body as far as it has come, and notes in `known` what need not be found out again. Fails if it cannot be the
/// beginning of a sound one, as `decode` will.
template <message Message>
[[nodiscard]] decode_result<void> check_prefix(bytes_view arrived, const codec_context& spoken, checked_order& known) {
  const auto read = decode<Message>(reader{arrived, spoken, known, true});
  if (read || read.error().fault == decode_errc::unexpected_end) return {};
  return failure{read.error()};
}

/// Writes a whole body.
template <message Message>
[[nodiscard]] encode_result<bytes> encode(const Message& value, protocol_version version) {
  writer out{version, value.size(version)};
  value.write(out);
  return std::move(out).finish();
}

}  // namespace pappus::wire
