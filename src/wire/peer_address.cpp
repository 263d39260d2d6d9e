// Serialization and text form of addresses.
#include <algorithm>
#include <span>

#include <pappus/wire/peer_address.hpp>

namespace pappus::wire {
namespace {

using v6_bytes = std::array<std::uint8_t, 16>;

// ::a.b.c.d or ::ffff:a.b.c.d
bool stands_for_v4(const v6_bytes& ip) noexcept {
  const bool zeros = std::all_of(ip.begin(), ip.begin() + 10, [](std::uint8_t byte) { return byte == 0; });
  return zeros && ip[10] == ip[11] && (ip[10] == 0 || ip[10] == 0xff);
}

unsigned group(const v6_bytes& ip, std::size_t i) noexcept {
  return static_cast<unsigned>(ip[2 * i] << 8 | ip[2 * i + 1]);
}

struct run {
  std::size_t first = 8;
  std::size_t length = 0;
};

// The groups that "::" replaces: the first of the longest runs of zeros, if it has at least two.
run longest_zeros(const v6_bytes& ip) noexcept {
  run best;
  for (std::size_t i = 0; i < 8; ++i) {
    std::size_t end = i;
    while (end < 8 && group(ip, end) == 0) ++end;
    if (end - i > best.length) best = {i, end - i};
    i = std::max(i, end);
  }
  return best.length >= 2 ? best : run{};
}

void append_hex(std::string& text, unsigned value) {
  constexpr const char* digits = "0123456789abcdef";
  bool leading = true;
  for (int shift = 12; shift >= 0; shift -= 4) {
    const unsigned digit = value >> shift & 0xf;
    leading = leading && digit == 0 && shift > 0;
    if (!leading) text += digits[digit];
  }
}

std::string v6_text(const v6_bytes& ip) {
  const run zeros = longest_zeros(ip);
  std::string text;
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == zeros.first) {
      text += "::";
      i += zeros.length - 1;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    append_hex(text, group(ip, i));
  }
  return text;
}

std::string v4_text(const std::array<std::uint8_t, 4>& ip) {
  std::string text;
  for (const std::uint8_t byte : ip) {
    if (!text.empty()) text += '.';
    text += std::to_string(byte);
  }
  return text;
}

}  // namespace

peer_address peer_address::read(reader& in, const char* field) noexcept {
  const std::uint8_t family = in.u8(field);
  v6_bytes ip{};
  const bytes_view raw = in.take(family == 0 ? 4 : 16, field);
  std::transform(raw.begin(), raw.end(), ip.begin(),
                 [](std::byte byte) { return std::to_integer<std::uint8_t>(byte); });
  const std::uint16_t port = in.u16(field);
  if (family == 0) return v4({ip[0], ip[1], ip[2], ip[3]}, port);
  if (stands_for_v4(ip)) return v4({ip[12], ip[13], ip[14], ip[15]}, port);
  return v6(ip, port);
}

void peer_address::write(writer& out) const {
  out.u8(is_v4_ ? 0 : 1);
  out.raw(std::as_bytes(std::span{ip_}.first(is_v4_ ? 4 : 16)));
  out.u16(port_);
}

std::string to_string(const peer_address& address) {
  const std::string ip = address.is_v4() ? v4_text(address.v4()) : '[' + v6_text(address.ip()) + ']';
  return ip + ':' + std::to_string(address.port());
}

}  // namespace pappus::wire
