// The address at the beginning of a text.
#pragma once

#include <algorithm>
#include <optional>
#include <string_view>

#include <pappus/ip_address.hpp>

namespace pappus::io {

struct leading_address {
  std::optional<ip_address> address;
  bool is_v6_form = false;  // as it is written; an IPv4-mapped address is IPv4, too
  std::string_view rest;    // what follows
};

/// An IPv4 address up to a slash or colon, or an IPv6 address in brackets.
[[nodiscard]] inline leading_address take_address(std::string_view text) noexcept {
  if (!text.starts_with('[')) {
    const std::size_t end = std::min(text.find_first_of("/:"), text.size());
    return {ip_address::parse(text.substr(0, end)), false, text.substr(end)};
  }
  const std::size_t end = text.find(']');
  if (end == std::string_view::npos) return {};
  const std::string_view inside = text.substr(1, end - 1);
  if (inside.find(':') == std::string_view::npos) return {};
  return {ip_address::parse(inside), true, text.substr(end + 1)};
}

}  // namespace pappus::io
