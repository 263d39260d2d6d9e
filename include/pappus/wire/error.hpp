// Errors of decoding and encoding messages: the reason, the field, the offset.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <pappus/result.hpp>

namespace pappus::wire {

/// What is wrong with the bytes of a message.
enum class decode_errc : std::uint8_t {
  unexpected_end,     // the bytes end before the field does
  trailing_bytes,     // bytes after the end of the message
  wrong_magic,        // another protocol or another chain
  over_limit,         // a length or count above its limit
  over_weight,        // outputs, kernels and inputs above the maximum weight
  bad_utf8,           // a string that is not UTF-8
  unknown_value,      // an undefined code
  out_of_range,       // a number outside the range of its field
  not_zero,           // nonzero bytes where zeros are required
  not_sorted,         // a list out of order
  duplicate,          // an element that occurs twice
  coinbase,           // a coinbase output or kernel in a transaction
  spends_own_output,  // an input that spends an output of the same body
  no_kernels,         // a transaction without kernels
  unknown_type,       // a message type that the protocol in use does not list
};

/// The error as words, for logs.
[[nodiscard]] std::string_view to_string(decode_errc fault) noexcept;

/// Error of decoding. Small and without allocated memory, so that rejecting a peer's bytes is as cheap as reading them.
struct decode_error {
  decode_errc code;          // what is wrong
  const char* message = "";  // message name; static
  const char* field = "";    // path of the field in the message or in its part; static, "[]" stands for `[index]`
  std::size_t index = 0;     // of the list element, where `field` or `part` has "[]"
  std::size_t offset = 0;    // of the field, bytes from the start of the body (of the header for a frame)
  const char* part = "";     // path of the part of the message that contains the field, if it has parts; as `field`
};

/// For example "transaction.outputs[3].commitment at byte 812: unexpected end".
[[nodiscard]] std::string to_string(const decode_error& error);

/// A decoded value, or why there is none.
template <class T>
using decode_result = result<T, decode_error>;

/// Why a message cannot be written.
enum class encode_errc : std::uint8_t {
  over_limit,            // longer than any peer reads
  inputs_lack_features,  // inputs received without features, for a peer at version 2 or below
};

/// The error as words, for logs.
[[nodiscard]] std::string_view to_string(encode_errc fault) noexcept;

/// Error of encoding.
struct encode_error {
  encode_errc code;        // what is wrong
  const char* field = "";  // static
};

/// For example "user_agent: over the limit".
[[nodiscard]] std::string to_string(const encode_error& error);

/// The bytes of a message, or why there are none.
template <class T>
using encode_result = result<T, encode_error>;

}  // namespace pappus::wire
