#include <algorithm>

#include <pappus/peer/slots.hpp>

namespace pappus::peer {

slots within_descriptors(slots wanted, std::size_t descriptors) noexcept {
  std::size_t left = descriptors - std::min(descriptors, limits::other_descriptors);
  if (wanted.total() <= left) return wanted;
  wanted.outbound = std::min(wanted.outbound, std::max<std::size_t>(left / 4, 1));
  left -= std::min(left, wanted.outbound);
  wanted.handshakes = std::min(wanted.handshakes, std::max<std::size_t>(left / 4, 1));
  left -= std::min(left, wanted.handshakes);
  wanted.guests = std::min(wanted.guests, left / 16);
  wanted.inbound = std::min(wanted.inbound, left - wanted.guests);
  return wanted;
}

}  // namespace pappus::peer
