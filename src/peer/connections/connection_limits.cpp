#include <algorithm>

#include <pappus/peer/connections/connection_limits.hpp>
#include <pappus/peer/connections/limits.hpp>

namespace pappus::peer {

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
