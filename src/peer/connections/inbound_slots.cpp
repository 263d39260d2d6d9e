// Slots of inbound peers: who gets one, and who is evicted for another.
#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <pappus/peer/connections/connection_manager.hpp>
#include <pappus/peer/connections/eviction.hpp>
#include <pappus/peer/connections/limits.hpp>

namespace pappus::peer {
namespace {

constexpr bool anybody(const peer_info& /*peer*/) noexcept { return true; }

}  // namespace

/// Why a peer is not accepted after its handshake; nothing if it is, and then there is room.
std::optional<disconnect_info> connection_manager::find_room(const peer_info& peer, const account& account) {
  if (peer.direction == direction::outbound) return std::nullopt;
  if (!has_room_at_address(peer) && !make_room_at_address(peer)) {
    return disconnect_info{disconnect_reason::too_many_peers, "of one address"};
  }
  return prefers(peer) ? std::nullopt : find_inbound_slot(account);
}

/// Whether there may be one more session from the peer's address, or by its onion service.
bool connection_manager::has_room_at_address(const peer_info& peer) const {
  if (peer.exempt || preferred_.contains(peer)) return true;
  const std::size_t there = deps_.sessions.count(direction::inbound, peer.endpoint.address);
  const bool by_onion = peer.transport == transport_type::onion;
  return there < (by_onion ? deps_.room.inbound_onion : deps_.room.inbound_per_address);
}

/// Handshakes that may be under way with its address, this one included: as many as there may be sessions more, which
/// bounds what a discouraged address does at once. Strangers share the address of an onion service.
std::size_t connection_manager::max_handshakes_beside(const peer_info& peer) const {
  if (peer.exempt || prefers(peer) || peer.transport == transport_type::onion) return deps_.room.handshakes;
  const std::size_t there = deps_.sessions.count(direction::inbound, peer.endpoint.address);
  return deps_.room.inbound_per_address - std::min(there, deps_.room.inbound_per_address - 1);
}

/// Evicts a peer of the same onion service, where strangers share one address. False if all are protected.
bool connection_manager::make_room_at_address(const peer_info& peer) {
  const ip_address from = peer.endpoint.address.subnet();
  const auto is_there = [from](const peer_info& each) { return each.endpoint.address.subnet() == from; };
  return peer.transport == transport_type::onion && evict_one(evictable(is_there));
}

/// Discouraged addresses get free regular slots only: no listener-buffer slot, and no eviction to make room for them.
std::optional<disconnect_info> connection_manager::find_inbound_slot(const account& account) {
  const std::size_t now = deps_.sessions.count(direction::inbound);
  if (now < deps_.room.inbound) return std::nullopt;
  if (account.misbehavior.discourages(deps_.runtime.now()))
    return disconnect_info{disconnect_reason::too_many_peers, "discouraged"};
  if (now < deps_.room.inbound_with_buffer() || evict_one(evictable(anybody))) return std::nullopt;
  return disconnect_info{disconnect_reason::too_many_peers, "inbound peers"};
}

void connection_manager::trim_listener_buffer() {
  const auto is_recent = [this](const session& each) {
    return each.peer().direction == direction::inbound &&
           deps_.runtime.now() - each.since() < limits::listener_buffer_time;
  };
  const std::size_t max = deps_.room.inbound + std::min(deps_.sessions.count(is_recent), deps_.room.listener_buffer);
  for (std::size_t now = deps_.sessions.count(direction::inbound); now > max; --now) {
    const auto strangers = evictable(anybody);
    if (evict_one(strangers)) continue;
    if (strangers.empty()) return;
    evict(*strangers.back());
  }
}

/// Inbound peers without a preference of the operator's or a private link, of those for which `is_one` is true.
template <class Predicate>
std::vector<session*> connection_manager::evictable(Predicate is_one) const {
  std::vector<session*> found;
  const auto may_go = [this, &is_one](const session* each) {
    const peer_info& peer = each->peer();
    return !each->is_ending() && peer.direction == direction::inbound && !prefers(peer) && is_one(peer);
  };
  std::ranges::copy_if(deps_.sessions.sessions(), std::back_inserter(found), may_go);
  return found;
}

/// False if all are protected.
bool connection_manager::evict_one(const std::vector<session*>& of) {
  std::vector<eviction_candidate> candidates;
  for (session* const each : of) {
    const ip_address address = each->peer().endpoint.address;
    eviction_candidate& candidate = candidates.emplace_back();
    candidate.id = each->peer().id;
    candidate.address = address;
    candidate.keyed_netgroup = keyed_(0, address.netgroup());
    candidate.ping = each->best_ping().value_or(io::duration::max());
    const last_valid_items last = deps_.last_valid.of(candidate.id);
    candidate.transaction = last.transaction;
    candidate.block = last.block;
    candidate.since = each->since();
    candidate.discouraged = each->charged_account().misbehavior.discourages(each->since(), deps_.runtime.now());
  }
  const auto chosen = choose_for_eviction(std::move(candidates));
  if (chosen) evict(*deps_.sessions.find(*chosen));
  return chosen.has_value();
}

void connection_manager::evict(session& peer) {
  peer.end({disconnect_reason::too_many_peers, "evicted"});
  ++counted_.evicted;
  deps_.log(log_level::info, log_category::eviction,
            [&] { return to_string(peer.peer().endpoint) + " makes room for others"; });
}

}  // namespace pappus::peer
