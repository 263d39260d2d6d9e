#include <algorithm>
#include <string>
#include <utility>

#include <pappus/peer/access/ban_manager.hpp>
#include <pappus/peer/access/limits.hpp>
#include <pappus/peer/accounts/limits.hpp>

namespace pappus::peer {
namespace {

/// Misbehavior points of a disconnect reason.
double points_of(disconnect_reason reason) noexcept {
  switch (reason) {
    case disconnect_reason::bad_message:
    case disconnect_reason::unexpected_message:
    case disconnect_reason::wrong_magic:
    case disconnect_reason::too_many_messages: return limits::discouragement_score;
    case disconnect_reason::receive_timeout: return limits::receive_timeout_score;
    case disconnect_reason::overstating: return limits::overstating_score;
    default: return 0;
  }
}

/// What answers for a peer's misbehavior: the endpoint that was dialed, or the address of an inbound peer.
io::endpoint_range responsible(const peer_info& peer) noexcept {
  if (peer.direction == direction::outbound) return peer.endpoint;
  return {peer.endpoint.address, peer.endpoint.address.subnet_prefix()};
}

/// Whether what has come over the connection shows what the endpoint is that was dialed. A proxy that is no way to an
/// onion service, or the exit of Tor behind it, can answer in the place of any endpoint.
bool is_proof_of_endpoint(const peer_info& dialed) noexcept {
  return dialed.transport != transport_type::proxy || dialed.tls_key;
}

void part(session& session, wire::reason_for_ban cause, disconnect_reason reason) {
  session.send(wire::messages::ban_reason{cause});
  session.end({reason, std::string{to_string(cause)}});
}

}  // namespace

peer::ban ban_manager::made_by(ban_author author, const io::endpoint_range& range, io::duration length,
                               wire::reason_for_ban cause) const {
  peer::ban ban_record;
  ban_record.range = range;
  ban_record.reason = cause;
  ban_record.author = author;
  ban_record.since = peer_store_.clock().now();
  const io::duration duration = std::clamp<io::duration>(length, {}, limits::max_ban_time);
  ban_record.until = io::saturating_add(ban_record.since, std::chrono::ceil<io::wall_time::duration>(duration));
  return ban_record;
}

template <class Predicate>
void ban_manager::enter(const peer::ban& ban_record, Predicate concerns, peer_store::store_handler done) {
  peer_store_.ban(ban_record, std::move(done));
  events_.banned(ban_record);
  for (session* const each : sessions_.sessions()) {
    if (!each->is_ending() && concerns(each->peer())) part(*each, ban_record.reason, disconnect_reason::banned);
  }
}

void ban_manager::ban(const io::endpoint_range& range, io::duration length, wire::reason_for_ban cause,
                      peer_store::store_handler done) {
  if (range.port == 0) {
    if (done) done(failure{std::make_error_code(std::errc::invalid_argument)});
    return;
  }
  const bool is_of_names = range.network.is_named();  // which are in no range of IPv6
  const auto is_there = [&range, is_of_names](const peer_info& peer) {
    return range.contains(peer.endpoint) && peer.endpoint.address.is_named() == is_of_names;
  };
  enter(made_by(ban_author::operator_of_node, range, length, cause), is_there, std::move(done));
}

/// A peer that merely claims the endpoint keeps its session.
void ban_manager::ban_endpoint(io::endpoint dialed, wire::reason_for_ban cause, const std::string& why) {
  ++counted_.banned;
  log_(log_level::info, log_category::ban, [&] { return paths_.to_text(dialed) + " is banned: " + why; });
  const auto is_there = [dialed](const peer_info& peer) {
    return peer.direction == direction::outbound && peer.endpoint == dialed;
  };
  enter(made_by(ban_author::node, dialed, limits::default_ban_time, cause), is_there, {});
}

std::size_t ban_manager::unban(const io::endpoint_range& range, peer_store::store_handler done) {
  const auto lifted = peer_store_.unban(range, std::move(done));
  for (const peer::ban& each : lifted) events_.unbanned(each);
  return lifted.size();
}

void ban_manager::score_disconnect(const peer_info& peer, const disconnect_info& reason) {
  if (const double points = points_of(reason.reason); points != 0) add_misbehavior(peer, points, to_string(reason));
}

void ban_manager::add_misbehavior(const peer_info& peer, double points, const std::string& why) {
  session* const found = sessions_.find(peer.id);
  const bool must_disconnect = found != nullptr && found->add_misbehavior(points);
  const bool dialed = peer.direction == direction::outbound;
  if (!dialed || !gater_.prefers(peer.endpoint)) {
    account* const charged = account_of(peer);
    const bool before = charged != nullptr && charged->misbehavior.discourages(runtime_.now());
    if (charged != nullptr && charged->misbehavior.add(points, runtime_.now())) {
      if (dialed && before && is_proof_of_endpoint(peer))
        return ban_endpoint(peer.endpoint, wire::reason_for_ban::none, why);
      note_discouraged(responsible(peer), why);
    }
  }
  if (must_disconnect) found->end({disconnect_reason::reported, why});
}

/// What remembers a peer's misbehavior; null if nothing does. What comes by an onion service cannot be told apart: one
/// peer would have all others refused. A private link is made anew whatever its last session has done.
account* ban_manager::account_of(const peer_info& peer) {
  const bool is_anybody = peer.direction == direction::inbound && peer.transport == transport_type::onion;
  return is_anybody || peer.tls_key ? nullptr : accounts_.account_of(peer);
}

void ban_manager::report(const peer_info& peer, wire::reason_for_ban cause) {
  const bool dialed = peer.direction == direction::outbound;
  const bool is_spared = dialed && gater_.prefers(peer.endpoint);
  const bool is_banned = dialed && !is_spared && is_proof_of_endpoint(peer);
  if (is_banned) ban_endpoint(peer.endpoint, cause, std::string{to_string(cause)});
  if (account* const charged = is_spared || is_banned ? nullptr : account_of(peer)) {
    charged->misbehavior.discourage(runtime_.now());
    note_discouraged(responsible(peer), std::string{to_string(cause)});
  }
  session* const found = sessions_.find(peer.id);
  if (found != nullptr && !found->is_ending()) part(*found, cause, disconnect_reason::reported);
}

void ban_manager::report_rejected(const peer_info& peer, const validation_result& rejected) {
  if (const auto hard = rejected.ban_reason()) report(peer, *hard);
  else add_misbehavior(peer, limits::rejection_score, "what it brings is rejected");
}

void ban_manager::note_discouraged(const io::endpoint_range& range, const std::string& why) {
  ++counted_.discouraged;
  log_(log_level::info, log_category::discouragement, [&] {
    const bool has_name = paths_.name_of(range.network) != nullptr;
    return (has_name ? paths_.to_text({range.network, range.port.value_or(0)}) : to_string(range)) +
           " is discouraged: " + why;
  });
}

}  // namespace pappus::peer
