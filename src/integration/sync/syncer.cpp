#include <algorithm>
#include <utility>

#include <pappus/integration/sync/syncer.hpp>

namespace pappus::integration {

void syncer::set_tips(io::time_point now, peer::chain_tip body, peer::chain_tip header) {
  has_tips_ = true;
  if (header.total_difficulty > headers_.tip().total_difficulty) header_progress_ = now;
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

void syncer::state_continued(io::time_point now, std::optional<state_progress> what) {
  state_.continued(now, std::move(what));
  advance(now);
}

void syncer::segment_received(io::time_point now, sync_ticket which, std::size_t bytes) {
  if (state_.segment_received(now, which, bytes)) advance(now);
}

void syncer::segment_imported(io::time_point now, sync_ticket which, import_result what) {
  state_.segment_imported(now, which, what);
  advance(now);
}

void syncer::state_finished(io::time_point now, import_result what) {
  state_.finished(now, what);
  advance(now);
}

void syncer::archive_received(io::time_point now, sync_ticket which, archive_outcome what) {
  if (state_.archive_received(now, which, what)) advance(now);
}

void syncer::archive_imported(io::time_point now, sync_ticket which, import_result what) {
  state_.archive_imported(now, which, what);
  advance(now);
}

void syncer::unanswered(io::time_point now, sync_ticket which) {
  if (headers_.unanswered(now, which) || blocks_.unanswered(now, which) || state_.unanswered(now, which)) advance(now);
}

io::time_point syncer::next_due(io::time_point now) const {
  if (!has_tips_) return io::never;
  const io::time_point due =
      std::min({peers_.next_due(now), headers_.next_due(now), blocks_.next_due(now), state_.next_due(now)});
  if (!headers_arrive(now)) return due;
  return std::min(due, io::saturating_add(*header_progress_, limits::header_progress_time));
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
  found.in_flight = headers_.in_flight() + blocks_.in_flight() + state_.in_flight();
  found.bytes = blocks_.bytes() + state_.bytes();
  found.headers_wasted = headers_.wasted();
  found.bytes_wasted = blocks_.wasted() + state_.wasted();
  if (state_.target()) found.state_height = state_.target()->height;
  found.state_leaves = state_.progress().leaves;
  found.state_total_leaves = state_.progress().total_leaves;
  if (!has_tips_ || !best) found.stage = sync_stage::waiting;
  else if (const auto stage = state_.stage()) found.stage = *stage;
  else if (headers_.is_behind(now)) found.stage = sync_stage::headers;
  else found.stage = blocks_.is_behind() ? sync_stage::blocks : sync_stage::following;
  return found;
}

void syncer::advance(io::time_point now) {
  if (!has_tips_) return;
  make_room();
  if (state_.take_imported()) blocks_.state_imported();
  headers_.advance(now);
  const bool has_enough_work = headers_.tip().total_difficulty >= options_.minimum_work;
  blocks_.advance(now, has_enough_work && !may_need_state(now));
  const bool can_import_state = has_enough_work && (usable_.segments || usable_.archive);
  const bool may_begin = !headers_arrive(now) && !blocks_.is_listing();
  state_.advance(now, can_import_state ? blocks_.needed_state() : std::nullopt, may_begin);
}

/// For all actions until the next call, so that an event takes place without memory, too.
void syncer::make_room() {
  constexpr std::size_t per_ticket = 4;  // its request, and what it ends in: discard, report, disconnect
  constexpr std::size_t others = 32;     // of which each is ordered once at a time
  const std::size_t tickets = headers_.tickets() + blocks_.tickets() + state_.tickets();
  to_do_.reserve(to_do_.size() + per_ticket * tickets + others);
}

/// Whether the header chain gets more work. A peer that only claims to have more does not count.
bool syncer::headers_arrive(io::time_point now) const {
  return header_progress_ && now - *header_progress_ < limits::header_progress_time && headers_.is_behind(now);
}

/// Whether the headers that are still missing may show that a state is needed, so that it is too early for blocks.
bool syncer::may_need_state(io::time_point now) const {
  if (!(usable_.segments || usable_.archive) || !headers_arrive(now)) return false;
  return peers_.best_claim(now)->height > blocks_.body().height + limits::recent_blocks;
}

}  // namespace pappus::integration
