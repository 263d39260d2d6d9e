#include <algorithm>
#include <utility>

#include <pappus/integration/sync/state_sync.hpp>

namespace pappus::integration {

void state_sync::continued(io::time_point now, std::optional<state_progress> what) {
  if (!what && method_ == method::segments) has_failed_ = true;
  segments_.listed(now, std::move(what));
}

void state_sync::finished(io::time_point now, import_result what) {
  if (!std::exchange(is_finishing_, false)) return;
  switch (what) {
    case import_result::accepted:
    case import_result::known: has_imported_ = true; return end();
    case import_result::invalid:
      segments_not_before_ = io::saturating_add(now, limits::state_retry_delay);
      return end();
    case import_result::busy: finish_not_before_ = io::saturating_add(now, limits::busy_retry_delay); return;
    case import_result::unlinked:
    case import_result::future:
    case import_result::failed:
      // The application may have dropped what it had.
      has_failed_ = true;
      finish_not_before_ = io::saturating_add(now, limits::failure_retry_delay);
      return segments_.begin(*target_);
  }
}

void state_sync::archive_imported(io::time_point now, sync_ticket which, import_result what) {
  if (what == import_result::failed) has_failed_ = true;
  if (!archive_.imported(now, which, what)) return;
  has_imported_ = true;
  end();
}

void state_sync::advance(io::time_point now, const std::optional<state_target>& needed, bool may_begin) {
  if (!is_finishing_ && !archive_.is_importing()) {
    if (!needed) end();
    else if (target_ ? is_obsolete(now, *needed) : may_begin) begin(now, *needed);
    if (target_) choose_method(now);
  }
  segments_.advance(now);
  archive_.advance(now);
  if (segments_.is_complete() && !is_finishing_ && now >= finish_not_before_) {
    is_finishing_ = true;
    to_do_.push_back(sync_action::finish_state{target_->block});
  }
  next_check_ = needed ? io::saturating_add(now, limits::sync_poll_interval) : io::never;
}

io::time_point state_sync::next_due(io::time_point now) const {
  return std::min({next_check_, segments_.next_due(now), archive_.next_due(now)});
}

std::optional<sync_stage> state_sync::stage() const noexcept {
  if (!target_) return std::nullopt;
  if (is_finishing_ || archive_.has_arrived()) return sync_stage::validation;
  return method_ == method::archive ? sync_stage::archive : sync_stage::segments;
}

void state_sync::begin(io::time_point now, const state_target& target) {
  end();
  target_ = target;
  has_failed_ = false;
  last_served_ = now;
}

void state_sync::end() {
  if (!target_) return;
  segments_.end();
  archive_.end();
  target_.reset();
  method_ = method::none;
}

/// Whether the state that is being imported is to be given up for another.
bool state_sync::is_obsolete(io::time_point now, const state_target& needed) {
  if (segments_.is_served(now, *target_)) last_served_ = now;
  if (needed == *target_) return false;
  const bool is_reorganized = needed.height == target_->height && needed.block != target_->block;
  // A peer may claim to serve it, and not do so.
  const bool is_unserved = now - last_served_ >= limits::state_target_delay || segments_.waits_too_long(now);
  return is_reorganized || has_failed_ || (is_unserved && !archive_.is_busy());
}

void state_sync::choose_method(io::time_point now) {
  const bool can_import_segments = usable_.segments && target_->by_segments && now >= segments_not_before_;
  const auto can_get_archive = [&] { return usable_.archive && archive_.is_served(now, *target_); };
  switch (method_) {
    case method::none:
      if (can_import_segments) use(method::segments);
      else if (can_get_archive()) use(method::archive);
      return;
    case method::segments:
      if (segments_.waits_too_long(now) && can_get_archive()) use(method::archive);
      return;
    case method::archive:
      if (archive_.is_busy() || !can_import_segments || !segments_.is_served(now, *target_)) return;
      if (archive_.was_silence() || !can_get_archive()) use(method::segments);
      return;
  }
}

void state_sync::use(method which) {
  segments_.end();
  archive_.end();
  method_ = which;
  if (which == method::segments) segments_.begin(*target_);
  else archive_.begin(*target_);
}

}  // namespace pappus::integration
