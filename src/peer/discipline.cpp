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

}  // namespace

void discipline::ban(const io::endpoint_range& whom, io::wall_time::duration length, wire::ban_cause cause,
                     ban_author by, keeper::stored done) {
  peer::ban made;
  made.whom = whom;
  made.cause = cause;
  made.by = by;
  made.since = keeper_.clock().now();
  made.until = made.since + std::clamp<io::wall_time::duration>(length, {}, limits::longest_ban);
  keeper_.ban(made, std::move(done));
  if (host_.banned) host_.banned(made);
  for (session* const each : sessions_.sessions()) {
    if (each->is_ending() || !whom.contains(each->peer().endpoint)) continue;
    each->send(wire::messages::ban_reason{cause});
    each->end({end_cause::banned, std::string{to_string(cause)}});
  }
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
  if (judge_.prefers(peer.endpoint.address)) return;
  const consequence follows = scores_.add(peer.endpoint, points, on_.now());
  if (follows == consequence::none) return;
  if (follows == consequence::ban) {
    punish(peer, wire::ban_cause::none);
  } else {
    ++counted_.discouraged;
    say_(log_level::info, log_cause::discouragement,
         [&] { return to_string(peer.endpoint) + " is discouraged: " + why; });
  }
  end_session(peer, why);
}

void discipline::report(const peer_info& peer, wire::ban_cause cause) {
  punish(peer, cause);
  end_session(peer, std::string{to_string(cause)});
}

/// Unless it has ended already, for one because it has been banned.
void discipline::end_session(const peer_info& peer, std::string why) const {
  if (session* const found = sessions_.find(peer.id)) found->end({end_cause::reported, std::move(why)});
}

void discipline::punish(const peer_info& peer, wire::ban_cause cause) {
  if (judge_.prefers(peer.endpoint.address)) return;
  ++counted_.banned;
  say_(log_level::info, log_cause::ban,
       [&] { return to_string(peer.endpoint) + " is banned: " + std::string{to_string(cause)}; });
  ban(peer.endpoint, limits::usual_ban, cause, ban_author::node, {});
  const io::ipv4_address address = peer.endpoint.address;
  const std::size_t offenders = keeper_.banned().ports_banned(address, ban_author::node, keeper_.clock().now());
  if (offenders < limits::offenders_per_address) return;
  ++counted_.addresses;
  ban(io::endpoint{address, 0}, limits::usual_ban, cause, ban_author::node, {});
}

discipline_statistics discipline::statistics() const noexcept {
  discipline_statistics now = counted_;
  now.scores = scores_.size();
  now.forgotten = scores_.forgotten();
  return now;
}

}  // namespace pappus::peer
