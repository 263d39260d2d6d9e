#include <algorithm>
#include <utility>

#include <pappus/integration/sync/header_sync.hpp>
#include <pappus/wire/limits.hpp>

namespace pappus::integration {

namespace {

/// Batches that wait: one that is imported, and the next.
constexpr std::size_t max_batches = 2;

/// Whether the headers follow each other, and the first one follows a header that was named in the request.
[[nodiscard]] bool follow(const headers_summary& response, const std::vector<wire::hash>& locator) noexcept {
  return response.count != 0 && response.consecutive &&
         std::find(locator.begin(), locator.end(), response.before_first) != locator.end();
}

}  // namespace

header_sync::header_sync(sync_peers& peers, sync_peers::actions& to_do, sync_ticket& tickets)
    : peers_(peers), to_do_(to_do), tickets_(tickets), open_(peers, sync_kind::headers) {
  batches_.reserve(max_batches);
}

void header_sync::set_tip(peer::chain_tip tip) noexcept { tip_ = tip; }

void header_sync::located(io::time_point now, std::vector<wire::hash> locator) {
  locating_ = false;
  if (locator.empty()) {
    not_before_ = io::saturating_add(now, limits::failure_retry_delay);
    return;
  }
  // The last is the genesis, which every peer has.
  while (locator.size() > wire::limits::max_locator_hashes) locator.erase(locator.end() - 2);
  locator_ = std::move(locator);
}

bool header_sync::received(io::time_point now, sync_ticket which, const headers_summary& response) {
  const auto asked = open_.answered(now, which);
  if (!asked) return false;
  const bool brings_more = batches_.size() != max_batches && response.tip.total_difficulty > known_work();
  if (asked->round == round_) {
    accept(now, *asked, response);
  } else if (brings_more && follow(response, asked->locator)) {
    add_batch(*asked, response);
    start_over();
  } else {
    wasted_ += response.count;
    to_do_.push_back(sync_action::discard{which});
  }
  return true;
}

bool header_sync::unanswered(io::time_point now, sync_ticket which) {
  const auto asked = open_.unanswered(now, which);
  if (!asked) return false;
  peers_.disbelieve(now, asked->peer, limits::sync_pauses[0]);
  return true;
}

/// The first response of a round.
void header_sync::accept(io::time_point now, const request& asked, const headers_summary& response) {
  const bool fork_is_long =
      unaccepted_ + response.count > limits::max_fork_headers && response.tip.total_difficulty <= tip_.total_difficulty;
  const bool is_full = response.count == wire::limits::max_headers;
  const bool usable = follow(response, asked.locator) && !fork_is_long;
  const std::uint64_t given = response.count == 0 ? known_work() : response.tip.total_difficulty;
  if (usable) {
    add_batch(asked, response);
  } else {
    wasted_ += response.count;
    to_do_.push_back(sync_action::discard{asked.ticket});
    if (response.count != 0 && !fork_is_long) peers_.useless(now, asked.peer);
  }
  const auto best = peers_.best_claim(now);
  if (!is_full && best && given < best->total_difficulty) peers_.demote(asked.peer, sync_kind::headers);
  if (response.truncated) peers_.disbelieve(now, asked.peer, limits::sync_pauses[0]);
  else if (fork_is_long || (!is_full && given < asked.claimed)) peers_.overstated(now, asked.peer);
  if (!usable || !is_full) start_over();
}

void header_sync::add_batch(const request& asked, const headers_summary& response) {
  batches_.push_back({asked.ticket, asked.peer, response.tip, response.count});
  unaccepted_ += response.count;
  last_ = response.last;
  source_ = asked.peer;
  ++round_;
}

void header_sync::imported(io::time_point now, sync_ticket which, import_result what) {
  if (batches_.empty() || batches_.front().ticket != which) return;
  importing_ = false;
  const batch done = batches_.front();
  if (what == import_result::busy) {
    not_before_ = io::saturating_add(now, limits::busy_retry_delay);
    return;
  }
  batches_.erase(batches_.begin());
  to_do_.push_back(sync_action::discard{which});
  if (what == import_result::known) return;
  if (what == import_result::accepted) {
    peers_.useful(done.peer);
    if (done.tip.total_difficulty > imported_work_) {
      imported_work_ = done.tip.total_difficulty;
      unaccepted_ = 0;
    }
    return;
  }
  // The next batch follows this one.
  for (const batch& each : batches_) {
    wasted_ += each.count;
    to_do_.push_back(sync_action::discard{each.ticket});
  }
  batches_.clear();
  start_over();
  if (what == import_result::invalid) {
    to_do_.push_back(sync_action::report{done.peer, wire::reason_for_ban::bad_header});
  } else if (what == import_result::unlinked) {
    peers_.useless(now, done.peer);
  } else if (what == import_result::future) {
    peers_.disbelieve(now, done.peer, limits::sync_pauses[0]);
  } else {
    not_before_ = io::saturating_add(now, limits::failure_retry_delay);
  }
}

void header_sync::advance(io::time_point now) {
  check_late(now);
  if (now < not_before_) return;
  if (!batches_.empty() && !importing_) {
    importing_ = true;
    to_do_.push_back(sync_action::import_headers{batches_.front().ticket});
  }
  request_next(now);
}

void header_sync::request_next(io::time_point now) {
  const bool waits = open_.any([this](const request& each) { return each.round == round_ && !each.late; });
  if (waits || batches_.size() == max_batches || open_.size() >= limits::max_header_requests) return;
  auto chosen =
      select(now, [this](std::uint64_t peer) { return peer == source_ && peers_.is_fast(peer, sync_kind::headers); });
  if (!chosen) chosen = select(now, [](std::uint64_t) { return true; });
  if (!chosen) return;
  if (!locator_) {
    // The locator must be of the chain with all that has been received.
    if (locating_ || !batches_.empty()) return;
    locating_ = true;
    to_do_.push_back(sync_action::get_locator{});
    return;
  }
  const std::uint64_t claimed = peers_.claim_of(*chosen, now)->total_difficulty;
  sync_action::request_headers order{++tickets_, *chosen, locator()};
  open_.add(now, {{order.ticket, *chosen, {}, {}}, round_, claimed, order.locator});
  to_do_.push_back(std::move(order));
}

void header_sync::check_late(io::time_point now) {
  if (open_.check_late(now) && !select(now, [](std::uint64_t) { return true; }))
    peers_.extend_deadlines(sync_kind::headers);
}

/// A peer with more work than is known, one request at a time.
template <class Suits>
std::optional<std::uint64_t> header_sync::select(io::time_point now, Suits suits) {
  return peers_.select(now, sync_kind::headers, known_work(), 0, 1, suits);
}

io::time_point header_sync::next_due(io::time_point now) const {
  return std::min(now < not_before_ ? not_before_ : io::never, open_.next_due());
}

bool header_sync::is_behind(io::time_point now) const {
  const auto best = peers_.best_claim(now);
  return best && best->total_difficulty > tip_.total_difficulty;
}

/// Work of what was received so far, or of the tip if there is nothing to be imported.
std::uint64_t header_sync::known_work() const noexcept {
  return batches_.empty() ? tip_.total_difficulty : batches_.back().tip.total_difficulty;
}

std::vector<wire::hash> header_sync::locator() const {
  std::vector<wire::hash> hashes;
  if (last_) hashes.push_back(*last_);
  hashes.insert(hashes.end(), locator_->begin(), locator_->end());
  if (hashes.size() > wire::limits::max_locator_hashes) hashes.erase(hashes.end() - 2);  // not the last: the genesis
  return hashes;
}

/// Forgets the locator: the next request begins at the application's chain again.
void header_sync::start_over() noexcept {
  locator_.reset();
  last_.reset();
  source_ = 0;
  unaccepted_ = 0;
  ++round_;
}

}  // namespace pappus::integration
