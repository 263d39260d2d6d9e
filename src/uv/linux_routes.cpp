#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include <pappus/uv/linux_routes.hpp>

namespace pappus::uv {
namespace {

constexpr std::uint32_t is_up = 1;        // RTF_UP
constexpr std::uint32_t has_gateway = 2;  // RTF_GATEWAY

using routes = std::vector<std::pair<std::uint32_t, ip_address>>;  // metric, gateway

/// The next word of a line, which it is removed from; empty after the last.
std::string_view next_word(std::string_view& line) noexcept {
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  const std::string_view word = line.substr(0, line.find_first_of(" \t"));
  line.remove_prefix(word.size());
  return word;
}

template <std::size_t Count>
std::array<std::string_view, Count> words_of(std::string_view line) noexcept {
  std::array<std::string_view, Count> words;
  for (std::string_view& each : words) each = next_word(line);
  return words;
}

std::optional<std::uint32_t> number(std::string_view digits, int base) noexcept {
  std::uint32_t value = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (digits.empty() || read.ec != std::errc{} || read.ptr != digits.data() + digits.size()) return std::nullopt;
  return value;
}

/// An address as Linux prints it: its four bytes as a number in the order of the machine.
std::optional<ip_address> v4(std::string_view digits) noexcept {
  const auto read = number(digits, 16);
  if (!read || digits.size() != 8) return std::nullopt;
  if constexpr (std::endian::native == std::endian::big) return ip_address::v4(*read);
  return ip_address::v4(*read << 24 | (*read & 0xff00) << 8 | (*read >> 8 & 0xff00) | *read >> 24);
}

std::optional<ip_address> v6(std::string_view digits) noexcept {
  std::array<std::uint8_t, 16> bytes{};
  if (digits.size() != 2 * bytes.size()) return std::nullopt;
  for (std::size_t i = 0; i != bytes.size(); ++i) {
    const auto byte = number(digits.substr(2 * i, 2), 16);
    if (!byte) return std::nullopt;
    bytes[i] = static_cast<std::uint8_t>(*byte);
  }
  return ip_address::v6(bytes);
}

bool leads_out(std::optional<std::uint32_t> flags) noexcept {
  return flags && (*flags & (is_up | has_gateway)) == (is_up | has_gateway);
}

void add(routes& to, std::optional<std::uint32_t> metric, std::optional<ip_address> gateway) {
  if (metric && gateway && gateway->is_unicast()) to.emplace_back(*metric, *gateway);
}

// Interface, destination, gateway, flags, references, uses, metric, mask.
void read_v4(std::string_view line, routes& into) {
  const auto words = words_of<8>(line);
  if (v4(words[1]) != ip_address{} || v4(words[7]) != ip_address{} || !leads_out(number(words[3], 16))) return;
  add(into, number(words[6], 10), v4(words[2]));
}

// Destination and its prefix, source and its prefix, gateway, metric, references, uses, flags.
void read_v6(std::string_view line, routes& into) {
  const auto words = words_of<9>(line);
  if (number(words[1], 16) != 0U || number(words[3], 16) != 0U || !leads_out(number(words[8], 16))) return;
  add(into, number(words[5], 16), v6(words[4]));
}

std::vector<ip_address> gateways(std::string_view table, void (*read)(std::string_view line, routes& into)) {
  routes found;
  while (!table.empty()) {
    const std::string_view line = table.substr(0, table.find('\n'));
    read(line, found);
    table.remove_prefix(std::min(line.size() + 1, table.size()));
  }
  std::ranges::stable_sort(found, {}, &routes::value_type::first);
  std::vector<ip_address> addresses;
  for (const auto& [metric, gateway] : found) addresses.push_back(gateway);
  return addresses;
}

}  // namespace

std::vector<ip_address> default_gateways_v4(std::string_view table) { return gateways(table, read_v4); }
std::vector<ip_address> default_gateways_v6(std::string_view table) { return gateways(table, read_v6); }

}  // namespace pappus::uv
