#include <algorithm>

#include <pappus/peer/connections/connection_limits.hpp>
#include <pappus/peer/connections/limits.hpp>

#include "../../check_setting.hpp"

namespace pappus::peer {

void connection_limits::check(const std::string& name) const {
  const auto check_one = [&](std::size_t number, std::size_t min, const char* member) {
    check_setting(number >= min && number <= limits::max_connections, name + member,
                  "must be from " + std::to_string(min) + " to " + std::to_string(limits::max_connections));
  };
  check_one(inbound, 0, ".inbound");
  check_one(listener_buffer, 0, ".listener_buffer");
  check_one(outbound, 0, ".outbound");
  check_one(inbound_per_address, 1, ".inbound_per_address");
  check_one(inbound_onion, 1, ".inbound_onion");
  check_one(outbound_per_netgroup, 1, ".outbound_per_netgroup");
  check_one(handshakes, 1, ".handshakes");
}

connection_limits within_descriptors(connection_limits wanted, std::size_t descriptors) noexcept {
  std::size_t left = descriptors - std::min(descriptors, limits::reserved_descriptors);
  if (wanted.total() <= left) return wanted;
  wanted.outbound = std::min(wanted.outbound, std::max<std::size_t>(left / 4, 1));
  left -= std::min(left, wanted.outbound);
  wanted.handshakes = std::min(wanted.handshakes, std::max<std::size_t>(left / 4, 1));
  left -= std::min(left, wanted.handshakes);
  wanted.listener_buffer = std::min(wanted.listener_buffer, left / 16);
  wanted.inbound = std::min(wanted.inbound, left - wanted.listener_buffer);
  return wanted;
}

}  // namespace pappus::peer
