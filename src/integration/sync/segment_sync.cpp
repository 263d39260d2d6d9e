#include <algorithm>
#include <utility>

#include <pappus/integration/sync/segment_sync.hpp>

namespace pappus::integration {

namespace {

[[nodiscard]] bool serves(peer::chain_tip claim, const state_target& target) noexcept {
  return target.served_from <= claim.height && claim.height <= target.served_until;
}

}  // namespace

void segment_sync::begin(const state_target& target) {
  end();
  target_ = target;
  has_changed_ = true;
}

void segment_sync::end() {
  window_.clear(importing_);
  target_.reset();
  progress_ = {};
  list_is_stale_ = is_listing_;
}

void segment_sync::listed(io::time_point now, std::optional<state_progress> what) {
  is_listing_ = false;
  if (std::exchange(list_is_stale_, false)) return;
  if (!what) {
    has_changed_ = true;
    list_not_before_ = io::saturating_add(now, limits::failure_retry_delay);
    return;
  }
  if (!waits()) waits_since_ = now;
  progress_ = *std::move(what);
  has_changed_ = true;  // until all are in the window
  const auto& wanted = progress_.wanted;
  const auto is_wanted = [&wanted](const segment_name& name) {
    return std::find(wanted.begin(), wanted.end(), name) != wanted.end();
  };
  auto& items = window_.items();
  for (auto each = items.begin(); each != items.end();) {
    const bool is_being_imported = each->arrived && each->arrived == importing_;
    if (is_being_imported || is_wanted(each->name)) ++each;
    else each = window_.forget(each, importing_);
  }
  for (const segment_name& each : wanted) {
    if (items.size() == options_.segment_window) break;
    const bool is_here = std::any_of(items.begin(), items.end(), [&](const auto& item) { return item.name == each; });
    if (!is_here) window_.add(each);
  }
  // What was imported may have to be put in place first.
  has_changed_ = !progress_.complete && items.empty();
  if (has_changed_) list_not_before_ = io::saturating_add(now, limits::busy_retry_delay);
}

bool segment_sync::received(io::time_point now, sync_ticket which, std::size_t bytes) {
  if (!window_.received(now, which, bytes)) return false;
  waits_since_ = now;
  return true;
}

void segment_sync::imported(io::time_point now, sync_ticket which, import_result what) {
  if (importing_ != which) return;
  importing_.reset();
  ++imports_;
  const auto found = window_.with_content(which);
  if (found == window_.items().end()) return to_do_.push_back(sync_action::discard{which});
  switch (what) {
    case import_result::accepted:
      peers_.useful(found->source);
      to_do_.push_back(sync_action::discard{which});
      window_.remove(found);
      has_changed_ = true;
      return;
    case import_result::known:
    case import_result::unlinked:
      window_.forget(found, std::nullopt);
      has_changed_ = true;
      return;
    case import_result::invalid:
      to_do_.push_back(sync_action::report{found->source, wire::reason_for_ban::bad_txhashset});
      window_.waste(*found);
      return;
    case import_result::busy: not_before_ = io::saturating_add(now, limits::busy_retry_delay); return;
    case import_result::future:
    case import_result::failed: not_before_ = io::saturating_add(now, limits::failure_retry_delay); return;
  }
}

void segment_sync::advance(io::time_point now) {
  window_.check_late(now);
  if (!target_) return;
  list_more(now);
  import_next(now);
  request_segments(now);
}

io::time_point segment_sync::next_due(io::time_point now) const {
  io::time_point due = window_.next_due(now);
  for (const io::time_point each : {not_before_, list_not_before_}) {
    if (now < each) due = std::min(due, each);
  }
  return due;
}

bool segment_sync::is_served(io::time_point now, const state_target& target) const {
  return peers_.any(now, sync_kind::segment, [&target](peer::chain_tip claim) { return serves(claim, target); });
}

bool segment_sync::waits_too_long(io::time_point now) const {
  return waits() && now - waits_since_ >= options_.archive_delay;
}

/// Whether a segment is wanted that has not come.
bool segment_sync::waits() const {
  const auto& items = window_.items();
  return std::any_of(items.begin(), items.end(), [](const auto& each) { return !each.arrived; });
}

/// A list costs the application more than an import: it is made anew when nothing can be imported, or after some
/// imports.
void segment_sync::list_more(io::time_point now) {
  if (is_listing_ || !has_changed_ || importing_ || now < list_not_before_) return;
  const bool can_import = window_.first_arrived() != window_.items().end();
  if (can_import && imports_ < options_.segment_window / 4) return;
  has_changed_ = false;
  imports_ = 0;
  is_listing_ = true;
  to_do_.push_back(sync_action::continue_state{target_->block, options_.segment_window});
}

void segment_sync::import_next(io::time_point now) {
  if (importing_ || is_listing_ || now < not_before_) return;
  const auto found = window_.first_arrived();
  if (found == window_.items().end()) return;
  importing_ = found->arrived;
  to_do_.push_back(sync_action::import_segment{*importing_});
}

void segment_sync::request_segments(io::time_point now) {
  for (window::item& each : window_.items()) {
    if (each.arrived || now < each.not_before || window_.is_awaited(each, true, now)) continue;
    const bool has_room = window_.bytes() == 0 || window_.bytes() + window_.assumed_size() <= options_.max_bytes;
    if (!has_room || !request_segment(now, each)) return;
  }
}

/// False if no peer can be asked for this segment, nor for those after it.
bool segment_sync::request_segment(io::time_point now, window::item& which) {
  const auto select = [&](auto suits, io::duration /*needed_in*/) {
    return peers_.select(now, sync_kind::segment, 0, target_->height, options_.max_segments_in_flight_per_peer,
                         [&](std::uint64_t peer) {
                           const auto claim = peers_.claim_of(peer, now);
                           return claim && serves(*claim, *target_) && suits(peer);
                         });
  };
  const auto order = [&](sync_ticket ticket, std::uint64_t peer) {
    return sync_action::request_segment{ticket, peer, target_->block, which.name};
  };
  return window_.request(now, which, 0, tickets_, select, order);
}

}  // namespace pappus::integration
