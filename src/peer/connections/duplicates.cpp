#include <utility>

#include <pappus/peer/connections/duplicates.hpp>
#include <pappus/peer/connections/limits.hpp>
#include <pappus/peer/session/limits.hpp>

namespace pappus::peer {

void duplicates::joined(session& newcomer) {
  const peer_info& peer = newcomer.peer();
  const auto other_side = peer.direction == direction::outbound ? direction::inbound : direction::outbound;
  if (sessions_.count(other_side, peer.endpoint.address) == 0) return;
  for (const session* const each : sessions_.sessions()) {
    if (each->peer().direction != other_side || each->is_ending() || each->peer().endpoint != peer.endpoint) continue;
    const bool dialed = peer.direction == direction::outbound;
    const pair both = dialed ? pair{peer.id, each->peer().id} : pair{each->peer().id, peer.id};
    watched_.try_emplace(both, *this, both);
  }
}

/// Both sessions are registered.
duplicates::watch::watch(duplicates& owner, pair ids) noexcept : both(std::move(ids)), owner_(owner) {
  const session& dialed = *owner.sessions_.find(both.first);
  const session& inbound = *owner.sessions_.find(both.second);
  suppressed_session_ = is_worse(dialed, inbound) ? both.first : both.second;
  yields_ = dialed.nonce() < inbound.nonce();
  suppress_pings(true);
  begin();
}

void duplicates::watch::begin() noexcept {
  since_ = owner_.runtime_.now();
  owner_.runtime_.timers().arm(*this, io::saturating_add(since_, limits::duplicate_timeout));
}

bool duplicates::watch::is_worse(const session& dialed, const session& inbound) noexcept {
  const io::duration later = dialed.since() - inbound.since();
  const bool at_once = later <= limits::simultaneous_dial_window && -later <= limits::simultaneous_dial_window;
  return at_once ? inbound.nonce() < dialed.nonce() : later > io::duration::zero();
}

bool duplicates::watch::yields(bool keeps_dialed) noexcept {
  const bool agrees = (suppressed_session_ == both.second) == keeps_dialed;
  return !agrees && std::exchange(yields_, false);
}

void duplicates::watch::suppress_pings(bool suppressed) const noexcept {
  if (session* const found = owner_.sessions_.find(suppressed_session_)) found->suppress_pings(suppressed);
}

/// Null if the session has ended or is disconnecting.
session* duplicates::find_running(std::uint64_t id) const noexcept {
  session* const found = sessions_.find(id);
  return found == nullptr || found->is_ending() ? nullptr : found;
}

/// Early pings do not count: the peer sent them before it had both sessions. If the peer was unable to ping, the
/// observation starts again.
void duplicates::decide(watch& duplicate) noexcept {
  const pair both = duplicate.both;
  session* const dialed = find_running(both.first);
  session* const inbound = find_running(both.second);
  if (dialed != nullptr && inbound != nullptr) {
    const io::time_point from = duplicate.since() + limits::duplicate_grace_period;
    const bool keeps_dialed = dialed->last_ping_received_at() >= from;
    const bool keeps_inbound = inbound->last_ping_received_at() >= from;
    if (!keeps_dialed && !keeps_inbound) {
      runtime_.timers().arm(duplicate, io::saturating_add(runtime_.now(), limits::duplicate_grace_period));
      return;
    }
    const bool distinct = keeps_dialed && keeps_inbound;
    session& given_up = keeps_dialed ? *inbound : *dialed;
    if (!distinct && given_up.is_busy()) return duplicate.begin();
    if (!distinct && duplicate.yields(keeps_dialed)) {
      runtime_.timers().arm(duplicate, io::saturating_add(runtime_.now(), limits::duplicate_yield_delay));
      return;
    }
    ++(distinct ? counted_.distinct : counted_.resolved);
    if (!keeps_dialed) inbound->mark_endpoint_verified();
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
