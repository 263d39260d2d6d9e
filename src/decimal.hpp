// Decimal numbers in addresses and ports.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace pappus {

/// Parses a decimal number without sign or leading zeros; nullopt if malformed or above `max`.
template <class Number>
std::optional<Number> parse_decimal(std::string_view digits, unsigned max) noexcept {
  unsigned number = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stopped_at, error] = std::from_chars(digits.data(), end, number);
  const bool leading_zero = digits.size() > 1 && digits.front() == '0';
  if (error != std::errc{} || stopped_at != end || leading_zero || number > max) return std::nullopt;
  return static_cast<Number>(number);
}

}  // namespace pappus
