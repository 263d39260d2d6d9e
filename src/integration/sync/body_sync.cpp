#include <algorithm>
#include <utility>

#include <pappus/integration/sync/body_sync.hpp>

namespace pappus::integration {

void body_sync::set_tips(peer::chain_tip body, peer::chain_tip header) noexcept {
  if (header != header_) has_new_headers_ = true;
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
  if (what->reorganized) return clear();
  if (asked_for != 0) is_complete_ = what->blocks.empty();
  for (const missing_blocks::block& each : what->blocks) {
    if (window_.size() == limits::block_window) break;
    window_.push_back({.hash = each.hash, .height = each.height});
  }
}

bool body_sync::received(io::time_point now, sync_ticket which, std::size_t bytes) {
  const auto answered = open_.answered(now, which);
  if (!answered) return false;
  entry* const wanted = find(answered->hash);
  if (wanted == nullptr || wanted->arrived) {
    wasted_ += bytes;
    to_do_.push_back(sync_action::discard{which});
    return true;
  }
  count(*wanted, bytes);
  wanted->arrived = which;
  wanted->source = answered->peer;
  return true;
}

bool body_sync::unanswered(io::time_point now, sync_ticket which) {
  const auto ended = open_.unanswered(now, which);
  if (!ended) return false;
  entry* const wanted = find(ended->hash);
  if (wanted != nullptr && !wanted->arrived && !has_open(*wanted)) count(*wanted, 0);
  return true;
}

void body_sync::imported(io::time_point now, sync_ticket which, import_result what) {
  if (importing_ != which) return;
  importing_.reset();
  const bool is_front = !window_.empty() && window_.front().arrived == which;
  if (!is_front) return to_do_.push_back(sync_action::discard{which});  // the window was cleared
  entry& front = window_.front();
  switch (what) {
    case import_result::accepted:
    case import_result::known:
      peers_.useful(front.source);
      to_do_.push_back(sync_action::discard{which});
      count(front, 0);
      window_.pop_front();
      return;
    case import_result::invalid:
      // Of another peer there may be a valid one: a hash covers the header alone.
      to_do_.push_back(sync_action::report{front.source, wire::reason_for_ban::bad_block});
      wasted_ += front.counted;
      to_do_.push_back(sync_action::discard{which});
      count(front, 0);
      front.arrived.reset();
      return;
    case import_result::unlinked:
      list_not_before_ = io::saturating_add(now, limits::failure_retry_delay);
      return clear();
    case import_result::busy: not_before_ = io::saturating_add(now, limits::busy_retry_delay); return;
    case import_result::future:
    case import_result::failed: not_before_ = io::saturating_add(now, limits::failure_retry_delay); return;
  }
}

void body_sync::advance(io::time_point now) {
  check_late(now);
  if (!is_behind()) {
    if (!window_.empty()) clear();
    return;
  }
  list_more(now);
  import_next(now);
  request_blocks(now);
}

io::time_point body_sync::next_due(io::time_point now) const {
  io::time_point due = open_.next_due();
  for (const io::time_point each : {not_before_, list_not_before_}) {
    if (now < each) due = std::min(due, each);
  }
  for (const entry& each : window_) {
    if (!each.arrived && now < each.not_before) due = std::min(due, each.not_before);
  }
  return due;
}

void body_sync::list_more(io::time_point now) {
  const bool has_room = window_.size() <= limits::block_window / 2;
  if (listing_ || now < list_not_before_ || (!has_new_headers_ && (is_complete_ || !has_room))) return;
  has_new_headers_ = false;
  listing_ = limits::block_window - window_.size();
  const auto after = window_.empty() ? std::nullopt : std::optional{window_.back().hash};
  to_do_.push_back(sync_action::list_missing{after, *listing_});
}

void body_sync::import_next(io::time_point now) {
  if (importing_ || now < not_before_ || window_.empty() || !window_.front().arrived) return;
  importing_ = window_.front().arrived;
  to_do_.push_back(sync_action::import_block{*importing_});
}

void body_sync::request_blocks(io::time_point now) {
  std::size_t waiting = open_.count([](const request& each) { return !each.late; });
  bool first = true;
  for (entry& each : window_) {
    if (each.arrived) continue;
    const bool has_room = waiting < limits::max_blocks_in_flight && bytes_ + limits::assumed_block_size <= max_bytes_;
    if (!first && !has_room) return;
    if (now >= each.not_before && !is_awaited(each, first, now)) {
      const std::size_t before = open_.size();
      if (!request_block(now, each)) return;
      waiting += open_.size() - before;
    }
    first = false;
  }
}

/// False if no peer can be asked for this block, nor for those after it.
bool body_sync::request_block(io::time_point now, entry& which) {
  const auto anew = [&which](std::uint64_t peer) {
    return std::find(which.asked.begin(), which.asked.end(), peer) == which.asked.end();
  };
  const auto choose = [&](auto suits) {
    return peers_.select(now, sync_kind::block, body_.total_difficulty, which.height,
                         limits::max_blocks_in_flight_per_peer, suits);
  };
  const auto chosen = choose(anew);
  if (!chosen) {
    // If every peer was asked for it in vain, they are asked again later.
    const bool can_ask_again = choose([](std::uint64_t) { return true; }).has_value();
    if (can_ask_again && !has_open(which)) {
      which.asked.clear();
      which.not_before = io::saturating_add(now, limits::block_retry_delay);
    }
    return can_ask_again;
  }
  open_.add(now, {{++tickets_, *chosen, {}, {}}, which.hash});
  which.asked.push_back(*chosen);
  count(which, limits::assumed_block_size);
  to_do_.push_back(sync_action::request_block{tickets_, *chosen, which.hash});
  return true;
}

/// Whether a response may still be waited for. If all are late, another peer is asked: for the first missing block at
/// once, for a later one when the peers that were asked are not asked any more.
bool body_sync::is_awaited(const entry& which, bool first, io::time_point now) const {
  return open_.any([&](const request& each) {
    return each.hash == which.hash && !peers_.is_paused(each.peer, now) && (!each.late || !first);
  });
}

void body_sync::check_late(io::time_point now) {
  const bool all_are_late = open_.check_late(now) && !open_.any([](const request& each) { return !each.late; });
  if (all_are_late) peers_.extend_deadlines(sync_kind::block);
}

bool body_sync::has_open(const entry& which) const {
  return open_.any([&which](const request& each) { return each.hash == which.hash; });
}

body_sync::entry* body_sync::find(const wire::hash& hash) {
  const auto found =
      std::find_if(window_.begin(), window_.end(), [&hash](const entry& each) { return each.hash == hash; });
  return found == window_.end() ? nullptr : &*found;
}

void body_sync::count(entry& which, std::size_t bytes) noexcept {
  bytes_ = bytes_ - which.counted + bytes;
  which.counted = bytes;
}

/// Forgets what is missing: the application is asked again.
void body_sync::clear() {
  for (const entry& each : window_) {
    if (!each.arrived || each.arrived == importing_) continue;
    wasted_ += each.counted;
    to_do_.push_back(sync_action::discard{*each.arrived});
  }
  window_.clear();
  bytes_ = 0;
  is_complete_ = false;
  list_is_stale_ = listing_.has_value();
}

}  // namespace pappus::integration
