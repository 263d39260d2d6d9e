#include <utility>

#include <pappus/peer/connections/duplicates.hpp>
#include <pappus/peer/connections/limits.hpp>
#include <pappus/peer/session/limits.hpp>

namespace pappus::peer {

void duplicates::joined(session& newcomer) {
  const peer_info& peer = newcomer.peer();
  for (const session* const each : sessions_.sessions()) {
    const bool other_way = each->peer().direction != peer.direction;
    if (!other_way || each->is_ending() || each->peer().endpoint != peer.endpoint) continue;
    const bool dialled = peer.direction == direction::outbound;
    const pair both = dialled ? pair{peer.id, each->peer().id} : pair{each->peer().id, peer.id};
    watched_.try_emplace(both, *this, both);
  }
}

/// Both sessions are registered.
duplicates::watch::watch(duplicates& of, pair ids) noexcept : both(std::move(ids)), of_(of) {
  const session& dialled = *of.sessions_.find(both.first);
  const session& inbound = *of.sessions_.find(both.second);
  hushed_ = is_worse(dialled, inbound) ? both.first : both.second;
  yields_ = dialled.nonce() < inbound.nonce();
  hush(true);
  begin();
}

void duplicates::watch::begin() noexcept {
  since_ = of_.runtime_.now();
  of_.runtime_.timers().arm(*this, io::saturating_add(since_, limits::duplicate_timeout));
}

bool duplicates::watch::is_worse(const session& dialled, const session& inbound) noexcept {
  const io::duration later = dialled.since() - inbound.since();
  const bool at_once = later <= limits::simultaneous_dial_window && -later <= limits::simultaneous_dial_window;
  return at_once ? inbound.nonce() < dialled.nonce() : later > io::duration::zero();
}

bool duplicates::watch::yields(bool keeps_dialled) noexcept {
  const bool agrees = (hushed_ == both.second) == keeps_dialled;
  return !agrees && std::exchange(yields_, false);
}

void duplicates::watch::hush(bool hushed) const noexcept {
  if (session* const found = of_.sessions_.find(hushed_)) found->suppress_pings(hushed);
}

/// Null if the session has ended or is disconnecting.
session* duplicates::here(std::uint64_t id) const noexcept {
  session* const found = sessions_.find(id);
  return found == nullptr || found->is_ending() ? nullptr : found;
}

/// Early pings do not count: the peer sent them before it had both sessions. If the peer was unable to ping, the
/// observation starts again.
void duplicates::decide(watch& over) noexcept {
  const pair both = over.both;
  session* const dialled = here(both.first);
  session* const inbound = here(both.second);
  if (dialled != nullptr && inbound != nullptr) {
    const io::time_point from = over.since() + limits::duplicate_grace_period;
    const bool keeps_dialled = dialled->last_ping_received_at() >= from;
    const bool keeps_inbound = inbound->last_ping_received_at() >= from;
    if (!keeps_dialled && !keeps_inbound) {
      runtime_.timers().arm(over, io::saturating_add(runtime_.now(), limits::duplicate_grace_period));
      return;
    }
    const bool distinct = keeps_dialled && keeps_inbound;
    session& given_up = keeps_dialled ? *inbound : *dialled;
    if (!distinct && given_up.is_busy()) return over.begin();
    if (!distinct && over.yields(keeps_dialled)) {
      runtime_.timers().arm(over, io::saturating_add(runtime_.now(), limits::duplicate_yield_delay));
      return;
    }
    ++(distinct ? counted_.distinct : counted_.resolved);
    if (!keeps_dialled) inbound->mark_endpoint_verified();
    if (!distinct) given_up.end({disconnect_reason::already_connected, "the peer keeps another"});
  }
  watched_.erase(both);
}

duplicate_statistics duplicates::statistics() const noexcept {
  duplicate_statistics now = counted_;
  now.open = watched_.size();
  return now;
}

}  // namespace pappus::peer
