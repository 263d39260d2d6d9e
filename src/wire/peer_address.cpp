// Serialization and text form of addresses.
#include <algorithm>
#include <array>
#include <span>

#include <pappus/wire/peer_address.hpp>

namespace pappus::wire {
namespace {

using v6_bytes = std::array<std::uint8_t, 16>;

std::uint32_t v4_value(const v6_bytes& of) noexcept {
  return std::uint32_t{of[12]} << 24 | std::uint32_t{of[13]} << 16 | std::uint32_t{of[14]} << 8 | of[15];
}

/// `::a.b.c.d`, but neither `::` nor `::1`.
bool is_v4_compatible(const v6_bytes& ip) noexcept {
  const bool zeros = std::all_of(ip.begin(), ip.begin() + 12, [](std::uint8_t byte) { return byte == 0; });
  return zeros && v4_value(ip) > 1;
}

}  // namespace

peer_address peer_address::read(reader& in, const char* field) noexcept {
  const bool is_v4 = in.u8(field) == 0;
  if (is_v4) {
    const std::uint32_t value = in.u32(field);
    return {ip_address::v4(value), in.u16(field)};
  }
  v6_bytes ip{};
  std::ranges::transform(in.take(ip.size(), field), ip.begin(),
                         [](std::byte byte) { return std::to_integer<std::uint8_t>(byte); });
  const std::uint16_t port = in.u16(field);
  return {is_v4_compatible(ip) ? ip_address::v4(v4_value(ip)) : ip_address::v6(ip), port};
}

void peer_address::write(writer& out) const {
  out.u8(ip.is_v4() ? 0 : 1);
  const v6_bytes raw = ip.bytes();
  if (ip.is_v4()) out.u32(ip.v4_value());
  else out.raw(std::as_bytes(std::span{raw}));
  out.u16(port);
}

std::string to_string(const peer_address& address) {
  return to_bracketed_string(address.ip) + ':' + std::to_string(address.port);
}

}  // namespace pappus::wire
