#include <algorithm>
#include <array>

#include <pappus/io/endpoint.hpp>
#include <pappus/io/endpoint_range.hpp>

#include "decimal.hpp"

namespace pappus::io {
namespace {

using range = endpoint_range;

constexpr std::array private_ranges{range{ipv4_address{0x0a000000}, 8}, range{ipv4_address{0xac100000}, 12},
                                    range{ipv4_address{0xc0a80000}, 16}, range{ipv4_address{0x64400000}, 10}};

// "This network", loopback, link local, IETF protocol assignments, the documentation networks, 6to4 relays,
// benchmarking, multicast, reserved and broadcast: RFC 6890 and the RFCs it lists.
constexpr std::array special_ranges{
    range{ipv4_address{0x00000000}, 8},  range{ipv4_address{0x7f000000}, 8},  range{ipv4_address{0xa9fe0000}, 16},
    range{ipv4_address{0xc0000000}, 24}, range{ipv4_address{0xc0000200}, 24}, range{ipv4_address{0xc0586300}, 24},
    range{ipv4_address{0xc6120000}, 15}, range{ipv4_address{0xc6336400}, 24}, range{ipv4_address{0xcb007100}, 24},
    range{ipv4_address{0xe0000000}, 4},  range{ipv4_address{0xf0000000}, 4}};

template <class Ranges>
bool any_contains(const Ranges& ranges, ipv4_address address) noexcept {
  return std::any_of(ranges.begin(), ranges.end(), [address](const range& each) { return each.contains(address); });
}

}  // namespace

std::optional<ipv4_address> ipv4_address::parse(std::string_view text) noexcept {
  ipv4_address parsed;
  for (int part = 0; part != 4; ++part) {
    const std::size_t dot = part == 3 ? text.size() : text.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    const auto octet = parse_decimal<std::uint8_t>(text.substr(0, dot), 255);
    if (!octet) return std::nullopt;
    parsed.value = parsed.value << 8 | *octet;
    text.remove_prefix(part == 3 ? dot : dot + 1);
  }
  return parsed;
}

bool ipv4_address::is_private() const noexcept { return any_contains(private_ranges, *this); }

bool ipv4_address::is_routable() const noexcept { return !is_private() && !any_contains(special_ranges, *this); }

std::string to_string(ipv4_address address) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    text += std::to_string(address.value >> shift & 0xffU);
    if (shift != 0) text += '.';
  }
  return text;
}

std::optional<endpoint> endpoint::parse(std::string_view text) noexcept {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto address = ipv4_address::parse(text.substr(0, colon));
  const auto port = parse_decimal<std::uint16_t>(text.substr(colon + 1), 65535);
  if (!address || !port) return std::nullopt;
  return endpoint{*address, *port};
}

std::string to_string(endpoint endpoint) { return to_string(endpoint.address) + ':' + std::to_string(endpoint.port); }

}  // namespace pappus::io
