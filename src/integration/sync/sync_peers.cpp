#include <algorithm>
#include <vector>

#include <pappus/integration/sync/sync_peers.hpp>

namespace pappus::integration {

void sync_peers::add(io::time_point now, const peer::peer_info& which) {
  const io::token_bucket requests{options_.request_limit.per_second, options_.request_limit.burst, now};
  const auto [added, is_new] =
      peers_.try_emplace(which.id, entry{which.tip, which.capabilities, which.direction, requests, {}});
  if (!is_new) added->second.claim = which.tip;
}

void sync_peers::update(std::uint64_t peer, peer::chain_tip claimed) {
  if (entry* const found = find(peer)) found->claim = claimed;
}

std::optional<peer::chain_tip> sync_peers::claim_of(std::uint64_t peer, io::time_point now) const {
  const entry* const found = find(peer);
  if (found == nullptr || found->disbelieved_until > now) return std::nullopt;
  return found->claim;
}

std::optional<peer::chain_tip> sync_peers::best_claim(io::time_point now) const {
  std::optional<peer::chain_tip> best;
  for (const auto& [id, each] : peers_) {
    if (each.disbelieved_until > now || !serves(each, sync_kind::headers)) continue;
    if (!best || each.claim.total_difficulty > best->total_difficulty) best = each.claim;
  }
  return best;
}

bool sync_peers::any(io::time_point now, sync_kind kind,
                     const std::function<bool(peer::chain_tip claim)>& suits) const {
  return std::any_of(peers_.begin(), peers_.end(), [&](const auto& each) {
    const entry& peer = each.second;
    return peer.disbelieved_until <= now && peer.paused_until <= now && serves(peer, kind) && suits(peer.claim);
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
  for (const auto& [id, each] : peers_) {
    io::token_bucket requests = each.requests;
    if (each.paused_until > now) due = std::min(due, each.paused_until);
    if (each.disbelieved_until > now) due = std::min(due, each.disbelieved_until);
    for (const sync_kind kind : {sync_kind::headers, sync_kind::block}) {
      const io::duration wait = requests.time_until(now, tokens_for(kind));
      if (wait > io::duration::zero()) due = std::min(due, io::saturating_add(now, wait));
    }
  }
  return due;
}

io::time_point sync_peers::due(io::time_point now, std::uint64_t peer, sync_kind kind) const {
  return io::saturating_add(now, deadline(*find(peer), kind));
}

void sync_peers::sent(io::time_point now, std::uint64_t peer, sync_kind kind) noexcept {
  entry& which = *find(peer);
  static_cast<void>(which.requests.try_consume(now));
  ++of(which, kind).in_flight;
}

void sync_peers::delivered(io::time_point now, std::uint64_t peer, sync_kind kind, io::duration took, bool was_late) {
  scale_[static_cast<std::size_t>(kind)] = 1;
  entry* const found = find(peer);
  if (found == nullptr) return;
  responses& with = of(*found, kind);
  --with.in_flight;
  if (was_late) --with.late;
  with.last = now;
  with.is_demoted = false;
  if (!was_late) with.max_in_flight += 1 / with.max_in_flight;
  with.mean = with.mean ? (*with.mean * 7 + took) / 8 : took;
}

void sync_peers::useful(std::uint64_t peer) noexcept {
  entry* const found = find(peer);
  if (found == nullptr) return;
  found->strikes = 0;
  found->pauses = 0;
}

void sync_peers::not_delivered(std::uint64_t peer, sync_kind kind, bool was_late) {
  entry* const found = find(peer);
  if (found == nullptr) return;
  responses& with = of(*found, kind);
  --with.in_flight;
  if (was_late) --with.late;
}

void sync_peers::late(io::time_point now, std::uint64_t peer, sync_kind kind, io::time_point asked_at) {
  entry* const found = find(peer);
  if (found == nullptr) return;
  responses& with = of(*found, kind);
  ++with.late;
  with.max_in_flight = std::clamp(static_cast<double>(with.in_flight) / 2, 1.0, with.max_in_flight);
  with.is_demoted = true;
  if (with.last >= asked_at) return;
  if (has_responded_since(peer, kind, asked_at)) strike(now, peer);
}

void sync_peers::demote(std::uint64_t peer, sync_kind kind) {
  entry* const found = find(peer);
  if (found != nullptr && found->by_kind != nullptr) of(*found, kind).is_demoted = true;
}

void sync_peers::extend_deadlines(sync_kind kind) noexcept {
  int& scale = scale_[static_cast<std::size_t>(kind)];
  if (options_.assumed_deadline * scale < options_.max_deadline) scale *= 2;
}

bool sync_peers::is_fast(std::uint64_t peer, sync_kind kind) const {
  const entry* const found = find(peer);
  if (found == nullptr) return false;
  return of(*found, kind).mean.value_or(io::duration::zero()) <= options_.min_deadline;
}

bool sync_peers::is_paused(std::uint64_t peer, io::time_point now) const {
  const entry* const found = find(peer);
  return found != nullptr && found->paused_until > now;
}

void sync_peers::overstated(io::time_point now, std::uint64_t peer) {
  entry* const found = find(peer);
  if (found == nullptr) return;
  disbelieve(now, peer, limits::disbelief_time);
  if (++found->overstatements == limits::max_overstatements)
    to_do_.push_back(sync_action::disconnect{peer, peer::disconnect_reason::overstating});
}

void sync_peers::disbelieve(io::time_point now, std::uint64_t peer, io::duration length) {
  if (entry* const found = find(peer)) found->disbelieved_until = io::saturating_add(now, length);
}

sync_peers::entry* sync_peers::find(std::uint64_t peer) {
  const auto found = peers_.find(peer);
  return found == peers_.end() ? nullptr : &found->second;
}
const sync_peers::entry* sync_peers::find(std::uint64_t peer) const {
  const auto found = peers_.find(peer);
  return found == peers_.end() ? nullptr : &found->second;
}

/// A peer that has always been slow earns no patience by that: the median counts if it is shorter.
io::duration sync_peers::deadline(const entry& which, sync_kind kind) const {
  const auto usual = median(kind);
  const auto own = of(which, kind).mean;
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
  for (const auto& [id, each] : peers_) {
    if (const auto mean = of(each, kind).mean) means.push_back(*mean);
  }
  if (means.empty()) return std::nullopt;
  const auto middle = means.begin() + static_cast<std::ptrdiff_t>((means.size() - 1) / 2);
  std::nth_element(means.begin(), middle, means.end());
  return *middle;
}

bool sync_peers::has_responded_since(std::uint64_t other_than, sync_kind kind, io::time_point when) const {
  return std::any_of(peers_.begin(), peers_.end(),
                     [&](const auto& each) { return each.first != other_than && of(each.second, kind).last >= when; });
}

void sync_peers::strike(io::time_point now, std::uint64_t peer) {
  entry* const found = find(peer);
  if (found == nullptr || found->paused_until > now || ++found->strikes < limits::max_strikes) return;
  found->strikes = 0;
  const std::size_t step = std::min(found->pauses++, std::size(limits::sync_pauses) - 1);
  found->paused_until = io::saturating_add(now, limits::sync_pauses[step]);
  const bool is_time =
      last_disconnect_ == io::time_point::min() || now - last_disconnect_ >= limits::slow_peer_interval;
  const bool is_again = found->pauses > 1;  // a slow one responds by then
  const bool has_never_responded = !found->by_kind || std::ranges::none_of(*found->by_kind, [](const responses& each) {
    return each.mean.has_value();
  });
  if (found->direction == peer::direction::outbound && has_never_responded && is_again && is_time) {
    last_disconnect_ = now;
    to_do_.push_back(sync_action::disconnect{peer, peer::disconnect_reason::stalling});
  }
}

}  // namespace pappus::integration
