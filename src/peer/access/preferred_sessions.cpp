#include <algorithm>
#include <span>

#include <pappus/peer/access/preferred_sessions.hpp>

namespace pappus::peer {

preferred_sessions::claim::claim(preferred_sessions& owner, const peer_info& peer)
    : owner_(owner), connection_(peer.id), at_(peer.endpoint.address) {
  const bool dialed = peer.direction == direction::outbound;
  if (dialed ? !owner.lists_.prefers(peer.endpoint) : !owner.has_free_claim(at_)) return;
  auto& claims = owner.claims_[at_];
  claims.insert(dialed ? claims.begin() : claims.end(), connection_);
}

preferred_sessions::claim::~claim() {
  const auto found = owner_.claims_.find(at_);
  if (found == owner_.claims_.end()) return;
  std::erase(found->second, connection_);
  if (found->second.empty()) owner_.claims_.erase(found);
}

bool preferred_sessions::has_free_claim(ip_address from) const {
  const auto found = claims_.find(from);
  const std::size_t taken = found == claims_.end() ? 0 : found->second.size();
  return taken < lists_.preferences_at(from);
}

bool preferred_sessions::contains(const peer_info& connection) const {
  const auto found = claims_.find(connection.endpoint.address);
  if (found == claims_.end()) return false;
  const std::size_t counting = std::min(found->second.size(), lists_.preferences_at(connection.endpoint.address));
  const auto effective = std::span{found->second}.first(counting);
  return std::ranges::find(effective, connection.id) != effective.end();
}

}  // namespace pappus::peer
