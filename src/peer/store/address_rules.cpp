#include <algorithm>
#include <array>

#include <pappus/peer/store/address_rules.hpp>

namespace pappus::peer {

bool is_peers_address(const wire::peer_address& address, bool on_internet) noexcept {
  return address.port != 0 && (on_internet ? address.ip.is_routable() : address.ip.is_unicast());
}

bool is_service_port(std::uint16_t port) noexcept {
  constexpr std::uint16_t first_user_port = 1024;
  constexpr std::array<std::uint16_t, 17> others{1719, 1720, 1723, 2049, 3659, 4045, 5060, 5061, 6000,
                                                 6566, 6665, 6666, 6667, 6668, 6669, 6697, 10080};
  return port < first_user_port || std::ranges::find(others, port) != others.end();
}

}  // namespace pappus::peer
