#include <algorithm>
#include <cstddef>

#include <pappus/ip_address.hpp>

#include "decimal.hpp"

namespace pappus {
namespace {

constexpr std::size_t group_count = 8;  // of 16 bits each
using groups = std::array<std::uint16_t, group_count>;

struct block {
  ip_address first;
  std::uint8_t prefix_length;

  [[nodiscard]] constexpr bool contains(const ip_address& address) const noexcept {
    return address.is_v4() == first.is_v4() && address.first_of_block(prefix_length) == first;
  }
};

constexpr block v4_block(std::uint32_t first, std::uint8_t prefix_length) noexcept {
  return {ip_address::v4(first), prefix_length};
}

/// From its first three groups, which suffice for all below.
constexpr block v6_block(std::uint16_t a, std::uint16_t b, std::uint16_t c, std::uint8_t prefix_length) noexcept {
  std::array<std::uint8_t, 16> bytes{};
  std::size_t at = 0;
  for (const std::uint16_t group : {a, b, c}) {
    bytes[at++] = static_cast<std::uint8_t>(group >> 8);
    bytes[at++] = static_cast<std::uint8_t>(group & 0xff);
  }
  return {ip_address::v6(bytes), prefix_length};
}

constexpr std::array private_blocks{v4_block(0x0a000000, 8), v4_block(0xac100000, 12), v4_block(0xc0a80000, 16),
                                    v4_block(0x64400000, 10), v6_block(0xfc00, 0, 0, 7)};

// "This network", multicast, reserved and broadcast; of IPv6 translated IPv4 (RFC 6052, RFC 8215), link-local and
// multicast.
constexpr std::array not_unicast{v4_block(0x00000000, 8),         v4_block(0xe0000000, 4),
                                 v4_block(0xf0000000, 4),         v6_block(0xfe80, 0, 0, 10),
                                 v6_block(0x0064, 0xff9b, 0, 32), v6_block(0xff00, 0, 0, 8)};

// Loopback, link local, IETF protocol assignments (of IPv6 with Teredo, benchmarking and ORCHID), the documentation
// networks, 6to4 and its relays, benchmarking: RFC 6890 and the RFCs it lists, RFC 3849, RFC 9637, RFC 3056.
constexpr std::array special_blocks{
    v4_block(0x7f000000, 8),         v4_block(0xa9fe0000, 16),        v4_block(0xc0000000, 24),
    v4_block(0xc0000200, 24),        v4_block(0xc0586300, 24),        v4_block(0xc6120000, 15),
    v4_block(0xc6336400, 24),        v4_block(0xcb007100, 24),        v6_block(0x2001, 0x0000, 0, 23),
    v6_block(0x2001, 0x0db8, 0, 32), v6_block(0x2002, 0x0000, 0, 16), v6_block(0x3fff, 0x0000, 0, 20)};

constexpr block global_unicast = v6_block(0x2000, 0, 0, 3);  // RFC 4291

template <class Blocks>
bool any_contains(const Blocks& blocks, const ip_address& address) noexcept {
  return std::ranges::any_of(blocks, [&](const block& each) { return each.contains(address); });
}

std::optional<std::uint32_t> parse_v4(std::string_view text) noexcept {
  std::uint32_t value = 0;
  for (int part = 0; part != 4; ++part) {
    const std::size_t dot = part == 3 ? text.size() : text.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    const auto octet = parse_decimal<std::uint8_t>(text.substr(0, dot), 255);
    if (!octet) return std::nullopt;
    value = value << 8 | *octet;
    text.remove_prefix(part == 3 ? dot : dot + 1);
  }
  return value;
}

std::optional<std::uint16_t> parse_group(std::string_view digits) noexcept {
  constexpr std::size_t max_digits = 4;
  std::uint16_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stopped_at, error] = std::from_chars(digits.data(), end, value, 16);
  if (error != std::errc{} || stopped_at != end || digits.size() > max_digits) return std::nullopt;
  return value;
}

struct parsed_groups {
  groups values{};
  std::size_t count = 0;

  bool append(std::uint16_t value) noexcept {
    if (count == group_count) return false;
    values[count++] = value;
    return true;
  }
};

/// Groups between colons, none if the text is empty. The last one may be an IPv4 address, which is two groups.
std::optional<parsed_groups> parse_groups(std::string_view text, bool may_end_in_v4) noexcept {
  parsed_groups parsed;
  while (!text.empty()) {
    const std::size_t colon = text.find(':');
    const std::string_view part = text.substr(0, colon);
    const bool is_last = colon == std::string_view::npos;
    if (is_last && may_end_in_v4 && part.find('.') != std::string_view::npos) {
      const auto v4 = parse_v4(part);
      if (!v4 || !parsed.append(static_cast<std::uint16_t>(*v4 >> 16)) ||
          !parsed.append(static_cast<std::uint16_t>(*v4 & 0xffff))) {
        return std::nullopt;
      }
    } else {
      const auto group = parse_group(part);
      if (!group || !parsed.append(*group)) return std::nullopt;
    }
    if (is_last) break;
    text.remove_prefix(colon + 1);
    if (text.empty()) return std::nullopt;  // a colon at the end
  }
  return parsed;
}

std::optional<ip_address> parse_v6(std::string_view text) noexcept {
  const std::size_t gap = text.find("::");
  const bool has_gap = gap != std::string_view::npos;
  const auto front = parse_groups(text.substr(0, gap), !has_gap);
  const auto back = parse_groups(has_gap ? text.substr(gap + 2) : std::string_view{}, true);
  if (!front || !back) return std::nullopt;
  const std::size_t count = front->count + back->count;
  if (has_gap ? count >= group_count : count != group_count) return std::nullopt;  // a gap is at least one group
  groups all = front->values;
  std::ranges::copy_n(back->values.begin(), static_cast<std::ptrdiff_t>(back->count),
                      all.end() - static_cast<std::ptrdiff_t>(back->count));
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i != group_count; ++i) {
    bytes[2 * i] = static_cast<std::uint8_t>(all[i] >> 8);
    bytes[2 * i + 1] = static_cast<std::uint8_t>(all[i] & 0xff);
  }
  return ip_address::v6(bytes);
}

std::string v4_text(std::uint32_t value) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    text += std::to_string(value >> shift & 0xffU);
    if (shift != 0) text += '.';
  }
  return text;
}

struct run {
  std::size_t first = group_count;
  std::size_t length = 0;
};

/// The groups that "::" replaces: the first of the longest runs of zeros, if it has at least two.
run longest_zeros(const groups& of) noexcept {
  run best;
  for (std::size_t i = 0; i < group_count; ++i) {
    std::size_t end = i;
    while (end < group_count && of[end] == 0) ++end;
    if (end - i > best.length) best = {i, end - i};
    i = std::max(i, end);
  }
  return best.length >= 2 ? best : run{};
}

std::string v6_text(const groups& of) {
  const run zeros = longest_zeros(of);
  std::string text;
  for (std::size_t i = 0; i < group_count; ++i) {
    if (i == zeros.first) {
      text += "::";
      i += zeros.length - 1;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    std::array<char, 4> digits{};
    const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), of[i], 16);
    text.append(digits.data(), written.ptr);
  }
  return text;
}

}  // namespace

std::optional<ip_address> ip_address::parse(std::string_view text) noexcept {
  if (text.find(':') != std::string_view::npos) return parse_v6(text);
  const auto value = parse_v4(text);
  return value ? std::optional{v4(*value)} : std::nullopt;
}

bool ip_address::is_private() const noexcept { return any_contains(private_blocks, *this); }

bool ip_address::is_unicast() const noexcept {
  constexpr std::uint64_t translated = 0xffff0000;  // ::ffff:0:a.b.c.d
  const bool contains_v4 = !is_v4() && high_ == 0 && (low_ >> 32 == 0 || low_ >> 32 == translated) && !is_loopback();
  return !contains_v4 && !is_named() && !any_contains(not_unicast, *this);
}

bool ip_address::is_routable() const noexcept {
  return is_unicast() && !is_private() && !any_contains(special_blocks, *this) &&
         (is_v4() || global_unicast.contains(*this));
}

std::string to_string(const ip_address& address) {
  if (address.is_v4()) return v4_text(address.v4_value());
  const std::array<std::uint8_t, 16> bytes = address.bytes();
  groups all{};
  for (std::size_t i = 0; i != group_count; ++i) {
    all[i] = static_cast<std::uint16_t>(bytes[2 * i] << 8 | bytes[2 * i + 1]);
  }
  return v6_text(all);
}

std::string to_bracketed_string(const ip_address& address) {
  return address.is_v4() ? to_string(address) : '[' + to_string(address) + ']';
}

}  // namespace pappus
