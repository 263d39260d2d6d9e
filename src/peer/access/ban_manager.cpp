#include <algorithm>
#include <string>
#include <utility>

#include <pappus/peer/access/ban_manager.hpp>
#include <pappus/peer/access/limits.hpp>
#include <pappus/peer/accounts/limits.hpp>

namespace pappus::peer {
namespace {

/// Misbehavior points of a disconnect reason.
double points_of(disconnect_reason why) noexcept {
  switch (why) {
    case disconnect_reason::bad_message:
    case disconnect_reason::unexpected_message:
    case disconnect_reason::wrong_magic:
    case disconnect_reason::too_many_messages: return limits::discouragement_score;
    case disconnect_reason::receive_timeout: return limits::receive_timeout_score;
    default: return 0;
  }
}

void part(session& from, wire::reason_for_ban cause, disconnect_reason why) {
  from.send(wire::messages::ban_reason{cause});
  from.end({why, std::string{to_string(cause)}});
}

}  // namespace

peer::ban ban_manager::made_by(ban_author by, const io::endpoint_range& range, io::duration length,
                               wire::reason_for_ban cause) const {
  peer::ban made;
  made.range = range;
  made.reason = cause;
  made.origin = by;
  made.since = peer_store_.clock().now();
  const io::duration lasts = std::clamp<io::duration>(length, {}, limits::max_ban_time);
  made.until = io::saturating_add(made.since, std::chrono::ceil<io::wall_time::duration>(lasts));
  return made;
}

template <class Predicate>
void ban_manager::enter(const peer::ban& made, Predicate concerns, peer_store::store_handler done) {
  peer_store_.ban(made, std::move(done));
  events_.banned(made);
  for (session* const each : sessions_.sessions()) {
    if (!each->is_ending() && concerns(each->peer())) part(*each, made.reason, disconnect_reason::banned);
  }
}

void ban_manager::ban(const io::endpoint_range& range, io::duration length, wire::reason_for_ban cause,
                      peer_store::store_handler done) {
  const auto is_there = [&range](const peer_info& peer) { return range.contains(peer.endpoint); };
  enter(made_by(ban_author::operator_of_node, range, length, cause), is_there, std::move(done));
}

/// A peer that merely claims the endpoint keeps its session.
void ban_manager::ban_endpoint(io::endpoint dialled, wire::reason_for_ban cause, const std::string& why) {
  ++counted_.banned;
  log_(log_level::info, log_category::ban, [&] { return to_string(dialled) + " is banned: " + why; });
  const auto is_there = [dialled](const peer_info& peer) {
    return peer.direction == direction::outbound && peer.endpoint == dialled;
  };
  enter(made_by(ban_author::node, dialled, limits::default_ban_time, cause), is_there, {});
}

std::size_t ban_manager::unban(const io::endpoint_range& range, peer_store::store_handler done) {
  const auto lifted = peer_store_.unban(range, std::move(done));
  for (const peer::ban& each : lifted) events_.unbanned(each);
  return lifted.size();
}

void ban_manager::score_disconnect(const peer_info& peer, const disconnect_info& why) {
  if (const double points = points_of(why.reason); points != 0) add_misbehavior(peer, points, to_string(why));
}

void ban_manager::add_misbehavior(const peer_info& peer, double points, const std::string& why) {
  session* const found = sessions_.find(peer.id);
  const bool has_had_enough = found != nullptr && found->add_misbehavior(points);
  const bool dialled = peer.direction == direction::outbound;
  if (!dialled || !gater_.prefers(peer.endpoint)) {
    account* const charged = accounts_.account_of(peer);
    const bool before = charged != nullptr && charged->misbehavior.discourages(runtime_.now());
    if (charged != nullptr && charged->misbehavior.add(points, runtime_.now())) {
      if (dialled && before) return ban_endpoint(peer.endpoint, wire::reason_for_ban::none, why);
      note_discouraged(dialled ? io::endpoint_range{peer.endpoint} : io::endpoint_range{peer.endpoint.address}, why);
    }
  }
  if (has_had_enough) found->end({disconnect_reason::reported, why});
}

void ban_manager::report(const peer_info& peer, wire::reason_for_ban cause) {
  const bool dialled = peer.direction == direction::outbound;
  if (dialled && !gater_.prefers(peer.endpoint)) ban_endpoint(peer.endpoint, cause, std::string{to_string(cause)});
  if (account* const charged = dialled ? nullptr : accounts_.account_of(peer)) {
    charged->misbehavior.discourage(runtime_.now());
    note_discouraged(io::endpoint_range{peer.endpoint.address}, std::string{to_string(cause)});
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
  log_(log_level::info, log_category::discouragement, [&] { return to_string(range) + " is discouraged: " + why; });
}

}  // namespace pappus::peer
