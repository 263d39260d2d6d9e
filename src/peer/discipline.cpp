#include <algorithm>
#include <string>
#include <utility>

#include <pappus/peer/discipline.hpp>
#include <pappus/peer/limits.hpp>

namespace pappus::peer {
namespace {

/// What an end is worth, in points.
double points_of(end_cause why) noexcept {
  switch (why) {
    case end_cause::bad_message:
    case end_cause::unexpected_message:
    case end_cause::wrong_magic:
    case end_cause::too_many_messages: return limits::discouraging_score;
    case end_cause::slow_frame: return limits::slow_frame_score;
    default: return 0;
  }
}

void part(session& from, wire::ban_cause cause, end_cause why) {
  from.send(wire::messages::ban_reason{cause});
  from.end({why, std::string{to_string(cause)}});
}

}  // namespace

peer::ban discipline::made_by(ban_author by, const io::endpoint_range& whom, io::duration length,
                              wire::ban_cause cause) const {
  peer::ban made;
  made.whom = whom;
  made.cause = cause;
  made.by = by;
  made.since = keeper_.clock().now();
  const io::duration lasts = std::clamp<io::duration>(length, {}, limits::longest_ban);
  made.until = io::later(made.since, std::chrono::ceil<io::wall_time::duration>(lasts));
  return made;
}

template <class Predicate>
void discipline::enter(const peer::ban& made, Predicate concerns, keeper::stored done) {
  keeper_.ban(made, std::move(done));
  if (host_.banned) host_.banned(made);
  for (session* const each : sessions_.sessions()) {
    if (!each->is_ending() && concerns(each->peer())) part(*each, made.cause, end_cause::banned);
  }
}

void discipline::ban(const io::endpoint_range& whom, io::duration length, wire::ban_cause cause, keeper::stored done) {
  const auto is_there = [&whom](const peer_info& peer) { return whom.contains(peer.endpoint); };
  enter(made_by(ban_author::operator_of_node, whom, length, cause), is_there, std::move(done));
}

/// Who merely says that it is there keeps its session.
void discipline::ban_endpoint(io::endpoint dialled, wire::ban_cause cause, const std::string& why) {
  ++counted_.banned;
  say_(log_level::info, log_cause::ban, [&] { return to_string(dialled) + " is banned: " + why; });
  const auto is_there = [dialled](const peer_info& peer) {
    return peer.way == direction::outbound && peer.endpoint == dialled;
  };
  enter(made_by(ban_author::node, dialled, limits::usual_ban, cause), is_there, {});
}

std::size_t discipline::unban(const io::endpoint_range& whom, keeper::stored done) {
  const auto lifted = keeper_.unban(whom, std::move(done));
  if (host_.unbanned) std::ranges::for_each(lifted, host_.unbanned);
  return lifted.size();
}

void discipline::judge_end(const peer_info& peer, const ending& why) {
  if (const double points = points_of(why.cause); points != 0) blame(peer, points, to_string(why));
}

void discipline::blame(const peer_info& peer, double points, const std::string& why) {
  session* const found = sessions_.find(peer.id);
  const bool has_had_enough = found != nullptr && found->blame(points);
  const bool dialled = peer.way == direction::outbound;
  if (!dialled || !judge_.prefers(peer.endpoint)) {
    account* const charged = accounts_.charged_for(peer);
    const bool before = charged != nullptr && charged->faults.discourages(on_.now());
    if (charged != nullptr && charged->faults.add(points, on_.now())) {
      if (dialled && before) return ban_endpoint(peer.endpoint, wire::ban_cause::none, why);
      note_discouraged(dialled ? io::endpoint_range{peer.endpoint} : io::endpoint_range{peer.endpoint.address}, why);
    }
  }
  if (has_had_enough) found->end({end_cause::reported, why});
}

void discipline::report(const peer_info& peer, wire::ban_cause cause) {
  const bool dialled = peer.way == direction::outbound;
  if (dialled && !judge_.prefers(peer.endpoint)) ban_endpoint(peer.endpoint, cause, std::string{to_string(cause)});
  if (account* const charged = dialled ? nullptr : accounts_.charged_for(peer)) {
    charged->faults.discourage(on_.now());
    note_discouraged(io::endpoint_range{peer.endpoint.address}, std::string{to_string(cause)});
  }
  session* const found = sessions_.find(peer.id);
  if (found != nullptr && !found->is_ending()) part(*found, cause, end_cause::reported);
}

void discipline::note_discouraged(const io::endpoint_range& whom, const std::string& why) {
  ++counted_.discouraged;
  say_(log_level::info, log_cause::discouragement, [&] { return to_string(whom) + " is discouraged: " + why; });
}

}  // namespace pappus::peer
