// Decoding and encoding of message headers.
#include <algorithm>

#include <pappus/wire/endian.hpp>
#include <pappus/wire/frame.hpp>

namespace pappus::wire {

decode_result<frame_header> read_frame_header(std::span<const std::byte, frame_header::size> raw,
                                              const frame_rules& rules) noexcept {
  if (raw[0] != rules.magic[0] || raw[1] != rules.magic[1]) {
    return failure{decode_error{decode_errc::wrong_magic, "frame", "magic", 0, 0}};
  }
  const frame_header header{std::to_integer<std::uint8_t>(raw[2]), load_big_endian<std::uint64_t>(&raw[3])};
  if (header.length > rules.max_length[header.code]) {
    return failure{decode_error{decode_errc::over_limit, "frame", "length", 0, 3}};
  }
  return header;
}

std::array<std::byte, frame_header::size> write_frame_header(const magic_bytes& magic,
                                                             const frame_header& header) noexcept {
  std::array<std::byte, frame_header::size> raw{magic[0], magic[1], std::byte{header.code}};
  const auto length = to_big_endian(header.length);
  std::copy(length.begin(), length.end(), raw.begin() + 3);
  return raw;
}

}  // namespace pappus::wire
