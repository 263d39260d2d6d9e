#include <algorithm>
#include <vector>

#include <pappus/integration/sync/sync_peers.hpp>

namespace pappus::integration {

void sync_peers::add(const peer::peer_info& which) {
  const auto place = std::ranges::lower_bound(peers_, which.id, {}, &entry::id);
  if (place != peers_.end() && place->id == which.id) place->claim = which.tip;
  else peers_.insert(place, entry{which.id, which.tip, which.capabilities, which.direction, nullptr});
}

void sync_peers::update(std::uint64_t peer, peer::chain_tip claimed) noexcept {
  if (entry* const found = find(peer)) found->claim = claimed;
}

void sync_peers::remove(std::uint64_t peer) noexcept {
  if (entry* const found = find(peer)) peers_.erase(peers_.begin() + (found - peers_.data()));
}

std::optional<peer::chain_tip> sync_peers::claim_of(std::uint64_t peer, io::time_point now) const {
  const entry* const found = find(peer);
  if (found == nullptr || !found->is_believed(now)) return std::nullopt;
  return found->claim;
}

std::optional<peer::chain_tip> sync_peers::best_claim(io::time_point now) const {
  std::optional<peer::chain_tip> best;
  for (const entry& each : peers_) {
    if (!each.is_believed(now) || !serves(each, sync_kind::headers)) continue;
    if (!best || each.claim.total_difficulty > best->total_difficulty) best = each.claim;
  }
  return best;
}

bool sync_peers::any(io::time_point now, sync_kind kind,
                     const std::function<bool(peer::chain_tip claim)>& suits) const {
  return std::ranges::any_of(peers_, [&](const entry& each) {
    return each.is_believed(now) && !each.is_paused(now) && serves(each, kind) && suits(each.claim);
  });
}

bool sync_peers::serves(const entry& which, sync_kind kind) noexcept {
  using wire::capability;
  switch (kind) {
    case sync_kind::headers: return which.capabilities.has(capability::header_hist);
    case sync_kind::block: return true;
    case sync_kind::segment: return which.capabilities.has(capability::pibd_hist_1);
    case sync_kind::archive: return which.capabilities.has(capability::txhashset_hist);
  }
  return false;
}

io::time_point sync_peers::next_due(io::time_point now) const {
  io::time_point due = io::never;
  for (const entry& each : peers_) {
    if (!each.past) continue;
    if (each.past->paused_until > now) due = std::min(due, each.past->paused_until);
    if (each.past->disbelieved_until > now) due = std::min(due, each.past->disbelieved_until);
    for (const sync_kind kind : {sync_kind::headers, sync_kind::block}) {
      const io::duration wait = time_until_request(each, now, kind);
      if (wait > io::duration::zero()) due = std::min(due, io::saturating_add(now, wait));
    }
  }
  return due;
}

io::time_point sync_peers::due(io::time_point now, std::uint64_t peer, sync_kind kind) const {
  return io::saturating_add(now, deadline(*find(peer), kind));
}

void sync_peers::sent(io::time_point now, std::uint64_t peer, sync_kind kind) noexcept {
  history& past = *find_history(peer);
  static_cast<void>(past.requests.try_consume(now));
  ++past.of(kind).in_flight;
}

void sync_peers::delivered(io::time_point now, std::uint64_t peer, sync_kind kind, io::duration took, bool was_late) {
  scale_[static_cast<std::size_t>(kind)] = 1;
  history* const past = find_history(peer);
  if (past == nullptr) return;
  responses& with = past->of(kind);
  --with.in_flight;
  if (was_late) --with.late;
  with.last = now;
  with.is_demoted = false;
  if (!was_late) with.max_in_flight += 1 / with.max_in_flight;
  with.mean = with.mean ? (*with.mean * 7 + took) / 8 : took;
}

void sync_peers::useful(std::uint64_t peer) noexcept {
  history* const past = find_history(peer);
  if (past == nullptr) return;
  past->strikes = 0;
  past->pauses = 0;
}

void sync_peers::not_delivered(std::uint64_t peer, sync_kind kind, bool was_late) {
  history* const past = find_history(peer);
  if (past == nullptr) return;
  responses& with = past->of(kind);
  --with.in_flight;
  if (was_late) --with.late;
}

void sync_peers::late(io::time_point now, std::uint64_t peer, sync_kind kind, io::time_point asked_at) {
  history* const past = find_history(peer);
  if (past == nullptr) return;
  responses& with = past->of(kind);
  ++with.late;
  with.max_in_flight = std::clamp(static_cast<double>(with.in_flight) / 2, 1.0, with.max_in_flight);
  with.is_demoted = true;
  if (with.last >= asked_at) return;
  if (has_responded_since(peer, kind, asked_at)) strike(now, peer);
}

void sync_peers::demote(std::uint64_t peer, sync_kind kind) {
  if (history* const past = find_history(peer)) past->of(kind).is_demoted = true;
}

void sync_peers::extend_deadlines(sync_kind kind) noexcept {
  int& scale = scale_[static_cast<std::size_t>(kind)];
  if (options_.assumed_deadline * scale < options_.max_deadline) scale *= 2;
}

bool sync_peers::is_fast(std::uint64_t peer, sync_kind kind) const {
  const entry* const found = find(peer);
  if (found == nullptr) return false;
  return found->of(kind).mean.value_or(io::duration::zero()) <= options_.min_deadline;
}

bool sync_peers::is_paused(std::uint64_t peer, io::time_point now) const {
  const entry* const found = find(peer);
  return found != nullptr && found->is_paused(now);
}

void sync_peers::overstated(io::time_point now, std::uint64_t peer) {
  history* const past = find_history(peer);
  if (past == nullptr) return;
  disbelieve(now, peer, limits::disbelief_time);
  if (++past->overstatements == limits::max_overstatements)
    to_do_.push_back(sync_action::disconnect{peer, peer::disconnect_reason::overstating});
}

void sync_peers::disbelieve(io::time_point now, std::uint64_t peer, io::duration length) {
  if (history* const past = find_history(peer)) past->disbelieved_until = io::saturating_add(now, length);
}

sync_peers::entry* sync_peers::find(std::uint64_t peer) noexcept {
  const auto found = std::ranges::lower_bound(peers_, peer, {}, &entry::id);
  return found == peers_.end() || found->id != peer ? nullptr : &*found;
}
const sync_peers::entry* sync_peers::find(std::uint64_t peer) const noexcept {
  const auto found = std::ranges::lower_bound(peers_, peer, {}, &entry::id);
  return found == peers_.end() || found->id != peer ? nullptr : &*found;
}

sync_peers::history* sync_peers::find_history(std::uint64_t peer) noexcept {
  entry* const found = find(peer);
  return found == nullptr ? nullptr : found->past.get();
}

io::duration sync_peers::time_until_request(const entry& which, io::time_point now, sync_kind kind) const noexcept {
  io::token_bucket requests = which.past ? which.past->requests : full_bucket(now);
  return requests.time_until(now, tokens_for(kind));
}

/// A peer that has always been slow earns no patience by that: the median counts if it is shorter.
io::duration sync_peers::deadline(const entry& which, sync_kind kind) const {
  const auto usual = median(kind);
  const auto own = which.of(kind).mean;
  io::duration wait = options_.assumed_deadline;
  if (usual || own) {
    const io::duration trip = std::min(own.value_or(options_.max_deadline), usual.value_or(options_.max_deadline));
    wait = trip * limits::round_trips_per_deadline;
  }
  wait = std::clamp(wait, options_.min_deadline, options_.max_deadline);
  return std::min<io::duration>(wait * scale_[static_cast<std::size_t>(kind)], options_.max_deadline);
}

std::optional<io::duration> sync_peers::median(sync_kind kind) const {
  std::vector<io::duration> means;
  for (const entry& each : peers_) {
    if (const auto mean = each.of(kind).mean) means.push_back(*mean);
  }
  if (means.empty()) return std::nullopt;
  const auto middle = means.begin() + static_cast<std::ptrdiff_t>((means.size() - 1) / 2);
  std::nth_element(means.begin(), middle, means.end());
  return *middle;
}

bool sync_peers::has_responded_since(std::uint64_t other_than, sync_kind kind, io::time_point when) const {
  return std::ranges::any_of(peers_,
                             [&](const entry& each) { return each.id != other_than && each.of(kind).last >= when; });
}

void sync_peers::strike(io::time_point now, std::uint64_t peer) {
  const entry* const found = find(peer);
  if (found == nullptr || !found->past) return;
  history& past = *found->past;
  if (past.paused_until > now || ++past.strikes < limits::max_strikes) return;
  past.strikes = 0;
  const std::size_t step = std::min(past.pauses++, std::size(limits::sync_pauses) - 1);
  past.paused_until = io::saturating_add(now, limits::sync_pauses[step]);
  const bool is_time =
      last_disconnect_ == io::time_point::min() || now - last_disconnect_ >= limits::slow_peer_interval;
  const bool is_again = past.pauses > 1;  // a slow one responds by then
  const bool has_never_responded =
      std::ranges::none_of(past.by_kind, [](const responses& each) { return each.mean.has_value(); });
  if (found->direction == peer::direction::outbound && has_never_responded && is_again && is_time) {
    last_disconnect_ = now;
    to_do_.push_back(sync_action::disconnect{peer, peer::disconnect_reason::stalling});
  }
}

}  // namespace pappus::integration
