// Packets as text, for tests of the codecs.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/ip_address.hpp>

namespace portmap_support {

using byte_vector = std::vector<std::byte>;

/// The bytes of hexadecimal digits; blanks between bytes are ignored.
inline byte_vector packet(std::string_view hex) {
  const auto digit = [](char each) { return each <= '9' ? each - '0' : each - 'a' + 10; };
  byte_vector bytes;
  for (std::size_t i = 0; i + 1 < hex.size();) {
    if (hex[i] == ' ') {
      ++i;
      continue;
    }
    bytes.push_back(static_cast<std::byte>(digit(hex[i]) << 4 | digit(hex[i + 1])));
    i += 2;
  }
  return bytes;
}

template <std::size_t Size>
byte_vector bytes_of(const std::array<std::byte, Size>& encoded) {
  return {encoded.begin(), encoded.end()};
}

inline byte_vector operator+(byte_vector first, const byte_vector& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

inline pappus::ip_address address(std::string_view text) {
  const auto parsed = pappus::ip_address::parse(text);
  REQUIRE(parsed);
  return *parsed;
}

/// Calls `visit` with each proper prefix of the packet.
template <class Visit>
void for_each_prefix(const byte_vector& whole, Visit visit) {
  for (std::size_t size = 0; size != whole.size(); ++size) visit(std::span{whole}.first(size));
}

}  // namespace portmap_support
