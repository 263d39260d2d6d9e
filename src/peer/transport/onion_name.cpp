#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include <pappus/peer/transport/onion_name.hpp>
#include <pappus/tls/sha3.hpp>

#include "lower_case.hpp"

namespace pappus::peer {
namespace {

constexpr std::string_view domain = ".onion";
constexpr std::size_t length = 56;      // characters before the domain
constexpr std::size_t old_length = 16;  // of version 2
constexpr std::size_t key_bytes = 32;
constexpr std::size_t checksum_bytes = 2;
constexpr std::uint8_t version = 3;

using decoded_name = std::array<std::uint8_t, key_bytes + checksum_bytes + 1>;  // key, checksum, version

/// Base32 of RFC 4648, without regard to case. 8 characters are 5 bytes.
std::optional<decoded_name> decode(std::string_view text) noexcept {
  decoded_name bytes{};
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i != length; ++i) {
    const char c = lower(text[i]);
    const bool is_letter = c >= 'a' && c <= 'z';
    if (!is_letter && !(c >= '2' && c <= '7')) return std::nullopt;
    bits = bits << 5 | static_cast<std::uint64_t>(is_letter ? c - 'a' : c - '2' + 26);
    if (i % 8 != 7) continue;
    for (std::size_t k = 0; k != 5; ++k) bytes[i / 8 * 5 + k] = static_cast<std::uint8_t>(bits >> (32 - 8 * k));
  }
  return bytes;
}

bool has_right_checksum(const decoded_name& name) noexcept {
  constexpr std::string_view prefix = ".onion checksum";
  std::array<std::uint8_t, prefix.size() + key_bytes + 1> hashed{};
  const auto key_at = std::ranges::copy(prefix, hashed.begin()).out;
  *std::copy_n(name.begin(), key_bytes, key_at) = version;
  const auto hash = tls::sha3_256(std::as_bytes(std::span{hashed}));
  return hash && std::equal(name.begin() + key_bytes, name.end() - 1, hash->begin());
}

}  // namespace

bool is_in_onion_domain(std::string_view name) noexcept {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.size() < domain.size()) return false;
  return std::ranges::equal(name.substr(name.size() - domain.size()), domain, {}, lower);
}

std::string_view fault_of_onion_name(std::string_view name) noexcept {
  if (!is_in_onion_domain(name) || name.ends_with('.')) return "it does not end in .onion";
  const std::string_view text = name.substr(0, name.size() - domain.size());
  if (text.size() == old_length)
    return "it has 16 characters before .onion, as those of version 2, which Tor has given up";
  if (text.size() != length) return "it must have 56 characters before .onion";
  const auto bytes = decode(text);
  if (!bytes) return "it may have letters and the digits from 2 to 7 alone";
  if (bytes->back() != version) return "it is not of version 3, whose last character is d";
  return has_right_checksum(*bytes) ? "" : "its checksum is wrong: it has a wrong character";
}

}  // namespace pappus::peer
