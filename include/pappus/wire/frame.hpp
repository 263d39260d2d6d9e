// Message header of the protocol: eleven bytes with the magic of the chain, the message type and the body length.
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
  /// Magic, type, length of the body as u64; bytes.
  static constexpr std::size_t size = 2 + 1 + 8;

  std::uint8_t code = 0;
  std::uint64_t length = 0;
};

/// Rules for message headers of a protocol on one chain. `protocol<...>::rules` makes them.
struct frame_rules {
  magic_bytes magic{};
  std::array<std::uint32_t, 256> max_length{};  // maximum body length by type code, bytes
  std::array<bool, 256> known{};                // whether the protocol lists the type code
};

/// Rejects another magic, and a body longer than the rules allow for its type, known or not.
[[nodiscard]] decode_result<frame_header> read_frame_header(std::span<const std::byte, frame_header::size> raw,
                                                            const frame_rules& rules) noexcept;

[[nodiscard]] std::array<std::byte, frame_header::size> write_frame_header(const magic_bytes& magic,
                                                                           const frame_header& header) noexcept;

/// The type code of a whole frame.
[[nodiscard]] inline std::uint8_t code_of(bytes_view whole) noexcept { return std::to_integer<std::uint8_t>(whole[2]); }

/// A received message. Of an unknown type only the header is delivered; the body is skipped, not kept.
struct frame {
  frame_header header;
  bool known = false;
  bytes_view body;  // borrowed, valid as `frame_assembler` defines; empty if not known
};

}  // namespace pappus::wire
