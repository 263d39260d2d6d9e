// Hexadecimal text: two digits per byte, lower case when written.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <pappus/wire/bytes.hpp>

namespace pappus::wire {

/// Two digits a byte, in lower case.
[[nodiscard]] inline std::string to_hex(bytes_view raw) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * raw.size());
  for (const std::byte byte : raw) {
    text.push_back(digits[std::to_integer<std::size_t>(byte >> 4)]);
    text.push_back(digits[std::to_integer<std::size_t>(byte & std::byte{0x0f})]);
  }
  return text;
}

/// Empty unless `text` consists only of pairs of digits, in either case.
[[nodiscard]] std::optional<bytes> bytes_from_hex(std::string_view text);

/// Reads `into.size()` bytes from exactly twice as many digits. Otherwise returns false, with `into` unspecified.
[[nodiscard]] constexpr bool read_hex(std::string_view text, std::span<std::byte> into) noexcept {
  constexpr auto digit = [](char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  if (text.size() != 2 * into.size()) return false;
  for (std::size_t i = 0; i < into.size(); ++i) {
    const int high = digit(text[2 * i]);
    const int low = digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    into[i] = static_cast<std::byte>(high << 4 | low);
  }
  return true;
}

}  // namespace pappus::wire
