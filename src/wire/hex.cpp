// Hexadecimal conversions that allocate memory.
#include <pappus/wire/hex.hpp>

namespace pappus::wire {

std::string to_hex(bytes_view raw) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * raw.size());
  for (const std::byte byte : raw) {
    text.push_back(digits[std::to_integer<std::size_t>(byte >> 4)]);
    text.push_back(digits[std::to_integer<std::size_t>(byte & std::byte{0x0f})]);
  }
  return text;
}

std::optional<bytes> bytes_from_hex(std::string_view text) {
  bytes raw(text.size() / 2);
  if (!read_hex(text, raw)) return std::nullopt;
  return raw;
}

}  // namespace pappus::wire
