#include <algorithm>
#include <array>

#include <pappus/peer/address.hpp>
#include <pappus/peer/store/address_rules.hpp>

namespace pappus::peer {
namespace {

constexpr std::uint32_t first_word(const wire::peer_address& address) noexcept {
  const auto& ip = address.ip();
  return std::uint32_t{ip[0]} << 24 | std::uint32_t{ip[1]} << 16 | std::uint32_t{ip[2]} << 8 | ip[3];
}

// Neither "this network" nor multicast, reserved or broadcast.
bool is_machines(io::ipv4_address address) noexcept {
  const std::uint32_t top = address.value >> 24;
  return top != 0 && top < 224;
}

// Neither unspecified nor multicast.
bool is_machines_v6(const wire::peer_address& address) noexcept {
  const auto& ip = address.ip();
  return ip[0] != 0xff && std::any_of(ip.begin(), ip.end(), [](std::uint8_t byte) { return byte != 0; });
}

// Global unicast, 2000::/3 (RFC 4291), without documentation, 2001:db8::/32 (RFC 3849), and tunnels through IPv4:
// Teredo, 2001::/32, and 6to4, 2002::/16.
bool is_routable_v6(const wire::peer_address& address) noexcept {
  const std::uint32_t first = first_word(address);
  return first >> 29 == 1 && first != 0x20010db8 && first != 0x20010000 && first >> 16 != 0x2002;
}

}  // namespace

bool is_peers_address(const wire::peer_address& address, bool on_internet) noexcept {
  if (address.port() == 0) return false;
  if (const auto v4 = to_endpoint(address)) return on_internet ? v4->address.is_routable() : is_machines(v4->address);
  return is_machines_v6(address) && (!on_internet || is_routable_v6(address));
}

bool is_dialable(const wire::peer_address& address) noexcept { return to_endpoint(address).has_value(); }

bool is_service_port(std::uint16_t port) noexcept {
  constexpr std::uint16_t first_user_port = 1024;
  constexpr std::array<std::uint16_t, 17> others{1719, 1720, 1723, 2049, 3659, 4045, 5060, 5061, 6000,
                                                 6566, 6665, 6666, 6667, 6668, 6669, 6697, 10080};
  return port < first_user_port || std::ranges::find(others, port) != others.end();
}

std::uint64_t netgroup_of(const wire::peer_address& address) noexcept {
  if (const auto v4 = to_endpoint(address)) return v4->address.netgroup();
  return std::uint64_t{1} << 32 | first_word(address);
}

}  // namespace pappus::peer
