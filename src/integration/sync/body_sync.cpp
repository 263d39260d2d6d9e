#include <algorithm>
#include <utility>

#include <pappus/integration/sync/body_sync.hpp>

namespace pappus::integration {

void body_sync::set_tips(peer::chain_tip body, peer::chain_tip header) noexcept {
  if (header != header_ || (needed_state_ && body != body_)) has_new_headers_ = true;
  if (body.total_difficulty < body_.total_difficulty) is_complete_ = false;
  body_ = body;
  header_ = header;
}

void body_sync::listed(io::time_point now, std::optional<missing_blocks> what) {
  const std::size_t asked_for = std::exchange(listing_, std::nullopt).value_or(0);
  if (std::exchange(list_is_stale_, false)) return;
  if (!what) {
    has_new_headers_ = true;  // the window is still to be compared with the header chain
    list_not_before_ = io::saturating_add(now, limits::failure_retry_delay);
    return;
  }
  if (what->state) clear();
  needed_state_ = what->state;
  if (needed_state_) return;
  if (what->reorganized) return clear();
  if (asked_for != 0) is_complete_ = what->blocks.empty();
  for (const missing_blocks::block& each : what->blocks) {
    if (window_.items().size() == options_.block_window) break;
    window_.add(each);
  }
}

void body_sync::imported(io::time_point now, sync_ticket which, import_result what) {
  if (importing_ != which) return;
  importing_.reset();
  const auto front = window_.items().begin();
  const bool is_front = !window_.items().empty() && front->arrived == which;
  if (!is_front) return to_do_.push_back(sync_action::discard{which});  // the window was cleared
  switch (what) {
    case import_result::accepted:
    case import_result::known:
      peers_.useful(front->source);
      to_do_.push_back(sync_action::discard{which});
      window_.remove(front);
      return;
    case import_result::invalid:
      // Of another peer there may be a valid one: a hash covers the header alone.
      to_do_.push_back(sync_action::report{front->source, wire::reason_for_ban::bad_block});
      window_.waste(*front);
      return;
    case import_result::unlinked:
      list_not_before_ = io::saturating_add(now, limits::failure_retry_delay);
      return clear();
    case import_result::busy: not_before_ = io::saturating_add(now, limits::busy_retry_delay); return;
    case import_result::future:
    case import_result::failed: not_before_ = io::saturating_add(now, limits::failure_retry_delay); return;
  }
}

void body_sync::state_imported() noexcept {
  needed_state_.reset();
  has_new_headers_ = true;
  list_is_stale_ = listing_.has_value();
}

void body_sync::advance(io::time_point now, bool may_request) {
  window_.check_late(now);
  if (!may_request) return;
  if (!is_behind()) {
    needed_state_.reset();
    if (!window_.items().empty()) clear();
    return;
  }
  list_more(now);
  import_next(now);
  request_blocks(now);
}

io::time_point body_sync::next_due(io::time_point now) const {
  io::time_point due = window_.next_due(now);
  for (const io::time_point each : {not_before_, list_not_before_}) {
    if (now < each) due = std::min(due, each);
  }
  return due;
}

void body_sync::list_more(io::time_point now) {
  const auto& items = window_.items();
  const bool has_room = items.size() <= options_.block_window / 2 && !needed_state_;
  if (listing_ || now < list_not_before_ || (!has_new_headers_ && (is_complete_ || !has_room))) return;
  has_new_headers_ = false;
  listing_ = options_.block_window - items.size();
  const auto after = items.empty() ? std::nullopt : std::optional{items.back().name.hash};
  to_do_.push_back(sync_action::list_missing{after, *listing_});
}

void body_sync::import_next(io::time_point now) {
  const auto& items = window_.items();
  if (importing_ || now < not_before_ || items.empty() || !items.front().arrived) return;
  importing_ = items.front().arrived;
  to_do_.push_back(sync_action::import_block{*importing_});
}

void body_sync::request_blocks(io::time_point now) {
  std::size_t waiting = window_.in_time();
  bool first = true;
  std::size_t ahead = 0;  // blocks before that have not arrived
  for (window::item& each : window_.items()) {
    if (each.arrived) continue;
    const bool has_room =
        waiting < options_.max_blocks_in_flight && window_.bytes() + window_.assumed_size() <= options_.max_bytes;
    if (!first && !has_room) return;
    if (now >= each.not_before && !window_.is_awaited(each, first, now)) {
      const std::size_t before = window_.in_flight();
      if (!request_block(now, each, ahead)) return;
      waiting += window_.in_flight() - before;
    }
    first = false;
    ++ahead;
  }
}

/// False if no peer can be asked for this block, nor for those after it.
bool body_sync::request_block(io::time_point now, window::item& which, std::size_t ahead) {
  const auto select = [&](auto suits, io::duration needed_in) {
    return peers_.select(now, sync_kind::block, body_.total_difficulty, which.name.height,
                         options_.max_blocks_in_flight_per_peer, suits, needed_in);
  };
  const auto order = [&which](sync_ticket ticket, std::uint64_t peer) {
    return sync_action::request_block{ticket, peer, which.name.hash};
  };
  return window_.request(now, which, ahead, tickets_, select, order);
}

/// Forgets what is missing: the application is asked again.
void body_sync::clear() {
  window_.clear(importing_);
  is_complete_ = false;
  list_is_stale_ = listing_.has_value();
}

}  // namespace pappus::integration
