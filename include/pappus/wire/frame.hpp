// The envelope of every message: eleven bytes that say which network, which type, and how long the body is.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <pappus/wire/bytes.hpp>
#include <pappus/wire/chain_parameters.hpp>
#include <pappus/wire/error.hpp>

namespace pappus::wire {

struct frame_header {
  /// Magic, type, length of the body as u64.
  static constexpr std::size_t size = 2 + 1 + 8;

  std::uint8_t code = 0;
  std::uint64_t length = 0;
};

/// What a protocol table makes of a header on one network: made by `protocol<...>::rules`.
struct frame_rules {
  magic_bytes magic{};
  std::array<std::uint32_t, 256> longest{};  // the body accepted, by type code, in bytes
  std::array<bool, 256> known{};             // whether the table lists the code
};

/// Refuses another magic and a body longer than the rules allow for its type, known or not.
[[nodiscard]] decode_result<frame_header> read_frame_header(std::span<const std::byte, frame_header::size> raw,
                                                            const frame_rules& rules) noexcept;

[[nodiscard]] std::array<std::byte, frame_header::size> write_frame_header(const magic_bytes& magic,
                                                                           const frame_header& header) noexcept;

/// The type of a whole frame.
[[nodiscard]] inline std::uint8_t code_of(bytes_view whole) noexcept { return std::to_integer<std::uint8_t>(whole[2]); }

/// One message as it came in. Of a type nobody knows there is the header alone: its body is passed over, not kept.
struct frame {
  frame_header header;
  bool known = false;
  bytes_view body;  // borrowed from whoever handed out the frame; empty if not known
};

}  // namespace pappus::wire
