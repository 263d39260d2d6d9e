#include <algorithm>
#include <utility>

#include <pappus/integration/sync/archive_sync.hpp>

namespace pappus::integration {

void archive_sync::begin(const state_target& target) {
  end();
  target_ = target;
  if (std::exchange(asked_for_, target.block) != target.block) asked_.clear();
}

void archive_sync::end() {
  target_.reset();
  was_silence_ = false;
  if (request_ && !std::exchange(request_->is_stale, true))
    to_do_.push_back(sync_action::cancel_archive{request_->ticket});
  if (arrived_ && !is_importing_) to_do_.push_back(sync_action::discard{arrived_->ticket});
  if (!is_importing_) arrived_.reset();
}

bool archive_sync::received(io::time_point now, sync_ticket which, archive_outcome what) {
  const auto ended = take(which);
  if (!ended) return false;
  if (what == archive_outcome::stored && !ended->is_stale) {
    arrived_ = ended;
    return true;
  }
  to_do_.push_back(sync_action::discard{which});
  if (what == archive_outcome::damaged) {
    to_do_.push_back(sync_action::report{ended->peer, wire::reason_for_ban::bad_txhashset});
    asked_.push_back(ended->peer);  // it is still here, and may have been asked for another state
  } else if (what == archive_outcome::unstored) {
    not_before_ = io::saturating_add(now, limits::archive_retry_delay);
  }
  return true;
}

bool archive_sync::unanswered(io::time_point now, sync_ticket which) {
  const auto ended = take(which);
  if (!ended) return false;
  was_silence_ = !ended->is_stale && now - ended->asked_at >= limits::archive_retry_delay;
  return true;
}

bool archive_sync::imported(io::time_point now, sync_ticket which, import_result what) {
  if (!arrived_ || arrived_->ticket != which) return false;
  is_importing_ = false;
  const bool has_failed = what == import_result::failed || what == import_result::future;
  if (has_failed) ++failures_;
  if (target_ && (what == import_result::busy || (has_failed && failures_ < limits::max_archive_imports))) {
    not_before_ = io::saturating_add(now, has_failed ? limits::failure_retry_delay : limits::busy_retry_delay);
    return false;
  }
  failures_ = 0;
  if (has_failed) not_before_ = io::saturating_add(now, limits::state_retry_delay);
  const request done = *std::exchange(arrived_, std::nullopt);
  to_do_.push_back(sync_action::discard{which});
  if (what == import_result::invalid) {
    to_do_.push_back(sync_action::report{done.peer, wire::reason_for_ban::bad_txhashset});
  }
  if (what == import_result::accepted) peers_.useful(done.peer);
  // One that was known may be of another state than the wanted one: then it is requested from another peer.
  return what == import_result::accepted;
}

void archive_sync::advance(io::time_point now) {
  if (!target_ || now < not_before_) return;
  if (arrived_ && !is_importing_) {
    is_importing_ = true;
    to_do_.push_back(sync_action::import_archive{arrived_->ticket});
  }
  if (!is_busy()) request_next(now);
}

io::time_point archive_sync::next_due(io::time_point now) const {
  return target_ && now < not_before_ ? not_before_ : io::never;
}

bool archive_sync::is_served(io::time_point now, const state_target& target) const {
  return peers_.any(now, sync_kind::archive,
                    [&target](peer::chain_tip claim) { return claim.height >= target.served_from; });
}

void archive_sync::request_next(io::time_point now) {
  const auto chosen = peers_.select(now, sync_kind::archive, 0, target_->served_from, 1, [this](std::uint64_t peer) {
    return std::find(asked_.begin(), asked_.end(), peer) == asked_.end();
  });
  if (!chosen) {
    if (asked_.empty()) return;
    asked_.clear();
    not_before_ = io::saturating_add(now, limits::archive_retry_delay);
    return;
  }
  asked_.push_back(*chosen);
  request_ = request{++tickets_, *chosen, now};
  peers_.sent(now, *chosen, sync_kind::archive);
  to_do_.push_back(sync_action::request_archive{tickets_, *chosen, target_->block, target_->height});
}

std::optional<archive_sync::request> archive_sync::take(sync_ticket which) {
  if (!request_ || request_->ticket != which) return std::nullopt;
  peers_.not_delivered(request_->peer, sync_kind::archive, false);
  return std::exchange(request_, std::nullopt);
}

}  // namespace pappus::integration
