// Why bytes are no message, or a message cannot be put into bytes: the reason, the field, the place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <pappus/result.hpp>

namespace pappus::wire {

enum class decode_errc : std::uint8_t {
  unexpected_end,     // the bytes stop before the field does
  trailing_bytes,     // the message ends before the bytes do
  wrong_magic,        // not our protocol, or not our network
  over_limit,         // a length or count above what is allowed
  too_heavy,          // a body above the weight of a block
  bad_utf8,           // a string that is not UTF-8
  unknown_value,      // a code that stands for nothing
  out_of_range,       // a number outside the range of its field
  not_zero,           // bytes that must be zero and are not
  not_sorted,         // a list out of order
  duplicate,          // the same thing twice where it may stand once
  coinbase,           // a block's reward where only a block may have one
  spends_own_output,  // an input that names an output beside it
  no_kernels,         // a transaction without any
  unknown_type,       // a message type that the protocol in use does not list
};

[[nodiscard]] std::string_view to_string(decode_errc fault) noexcept;

/// Small and without memory of its own, so that refusing a stranger's bytes is as cheap as reading them.
struct decode_error {
  decode_errc fault;
  const char* message = "";  // its name; static
  const char* field = "";    // its path in the message, or in the part; static, "[]" stands for `[index]`
  std::size_t index = 0;
  std::size_t offset = 0;  // of the field, in bytes from the start of the body (of the header for a frame)
  const char* part = "";   // the path of the part of the message the field is in, if it has parts; as `field`
};

/// "transaction.outputs[3].commitment at byte 812: unexpected end"
[[nodiscard]] std::string to_string(const decode_error& error);

template <class T>
using decode_result = result<T, decode_error>;

enum class encode_errc : std::uint8_t {
  over_limit,            // longer than any peer would read
  inputs_lack_features,  // a transaction that came without them, for a peer at version 2 or below
};

[[nodiscard]] std::string_view to_string(encode_errc fault) noexcept;

struct encode_error {
  encode_errc fault;
  const char* field = "";  // static
};

/// "user_agent: over the limit"
[[nodiscard]] std::string to_string(const encode_error& error);

template <class T>
using encode_result = result<T, encode_error>;

}  // namespace pappus::wire
