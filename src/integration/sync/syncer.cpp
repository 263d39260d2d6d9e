#include <algorithm>
#include <utility>

#include <pappus/integration/sync/syncer.hpp>

namespace pappus::integration {

void syncer::peer_connected(io::time_point now, const peer::peer_info& which) {
  peers_.add(now, which);
  advance(now);
}

void syncer::peer_changed(io::time_point now, std::uint64_t peer, peer::chain_tip claimed) {
  peers_.update(peer, claimed);
  advance(now);
}

void syncer::peer_disconnected(io::time_point now, std::uint64_t peer) {
  peers_.remove(peer);
  advance(now);
}

void syncer::set_tips(io::time_point now, peer::chain_tip body, peer::chain_tip header) {
  has_tips_ = true;
  headers_.set_tip(header);
  blocks_.set_tips(body, header);
  advance(now);
}

void syncer::located(io::time_point now, std::vector<wire::hash> locator) {
  headers_.located(now, std::move(locator));
  advance(now);
}

void syncer::headers_received(io::time_point now, sync_ticket which, const headers_summary& response) {
  if (headers_.received(now, which, response)) advance(now);
}

void syncer::headers_imported(io::time_point now, sync_ticket which, import_result what) {
  headers_.imported(now, which, what);
  advance(now);
}

void syncer::missing_listed(io::time_point now, std::optional<missing_blocks> what) {
  blocks_.listed(now, std::move(what));
  advance(now);
}

void syncer::block_received(io::time_point now, sync_ticket which, std::size_t bytes) {
  if (blocks_.received(now, which, bytes)) advance(now);
}

void syncer::block_imported(io::time_point now, sync_ticket which, import_result what) {
  blocks_.imported(now, which, what);
  advance(now);
}

void syncer::unanswered(io::time_point now, sync_ticket which) {
  if (headers_.unanswered(now, which) || blocks_.unanswered(now, which)) advance(now);
}

io::time_point syncer::next_due(io::time_point now) const {
  if (!has_tips_) return io::never;
  return std::min({peers_.next_due(now), headers_.next_due(now), blocks_.next_due(now)});
}

std::optional<any_sync_action> syncer::next_action() {
  if (to_do_.empty()) return std::nullopt;
  any_sync_action next = std::move(to_do_.front());
  to_do_.pop_front();
  return next;
}

sync_status syncer::status(io::time_point now) const {
  sync_status found;
  found.body = blocks_.body();
  found.header = headers_.tip();
  const auto best = peers_.best_claim(now);
  found.best = best.value_or(peer::chain_tip{});
  found.in_flight = headers_.in_flight() + blocks_.in_flight();
  found.bytes = blocks_.bytes();
  found.headers_wasted = headers_.wasted();
  found.bytes_wasted = blocks_.wasted();
  if (!has_tips_ || !best) found.stage = sync_stage::waiting;
  else if (headers_.is_behind(now)) found.stage = sync_stage::headers;
  else found.stage = blocks_.is_behind() ? sync_stage::blocks : sync_stage::following;
  return found;
}

void syncer::advance(io::time_point now) {
  if (!has_tips_) return;
  headers_.advance(now);
  blocks_.advance(now);
}

}  // namespace pappus::integration
