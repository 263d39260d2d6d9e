#include <algorithm>
#include <chrono>
#include <utility>

#include <pappus/io/random.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/peer/address.hpp>
#include <pappus/peer/discovery/dialer.hpp>
#include <pappus/peer/discovery/limits.hpp>
#include <pappus/peer/store/limits.hpp>

namespace pappus::peer {
namespace {

/// A random duration of 0.5 to 1.5 times the interval, so that it is unpredictable.
io::duration about(io::duration interval, io::runtime& rng) {
  const double share = 0.5 + io::random_unit(rng);
  return io::duration{static_cast<io::duration::rep>(static_cast<double>(interval.count()) * share)};
}

/// Clears a flag at the end of its life.
class reset_at_end {
public:
  explicit reset_at_end(bool& flag) noexcept : flag_(flag) {}
  reset_at_end(const reset_at_end&) = delete;
  reset_at_end& operator=(const reset_at_end&) = delete;
  ~reset_at_end() { flag_ = false; }

private:
  bool& flag_;
};

}  // namespace

dialer::dialer(const dependencies& deps)
    : deps_(deps),
      rate_(limits::dial_rate, limits::dial_burst, deps.runtime.now()),
      pauses_({limits::min_search_pause, limits::max_search_pause}) {}

std::size_t dialer::missing_of(std::size_t slots) const noexcept {
  const std::size_t taken = deps_.sessions.count(direction::outbound) + dialing_.size();
  return slots - std::min(taken, slots);
}

task<void> dialer::fill_slots(scope& tasks) {
  for (;;) {
    wakeup_.reset();
    fill(tasks);
    if (missing() == 0) slot_free_.reset();
    else slot_free_.set();
    const auto woken = co_await io::with_timeout(deps_.runtime, pause(), wakeup_.wait());
    if (!woken && woken.error() == make_error_code(errc::canceled)) co_return;
  }
}

/// Dials for all missing slots, as far as there are addresses and the rate limit allows; while the network is down, one
/// at a time.
void dialer::fill(scope& tasks) {
  const std::size_t max = counted_.network_down ? 1 : deps_.room.outbound;
  while (missing_of(wanted()) != 0 && dialing_.size() < max) {
    const bool too_fast = rate_.time_until(deps_.runtime.now()) != io::duration::zero();
    const auto where = too_fast ? std::nullopt : next();
    if (!where) {
      ++(too_fast ? counted_.throttled : counted_.empty_searches);
      return;
    }
    static_cast<void>(rate_.try_consume(deps_.runtime.now()));
    dialing_.reserve(dialing_.size() + 1);
    tasks.spawn(attempt(*where));  // the task starts later
    dialing_.push_back(*where);
  }
}

/// Time until the next search for an address to dial, unless the dialer is woken before.
io::duration dialer::pause() {
  if (missing_of(wanted()) == 0) return limits::max_search_pause;
  const io::duration allowed = rate_.time_until(deps_.runtime.now());
  if (allowed != io::duration::zero() && !counted_.network_down) return allowed;
  return pauses_.next(deps_.runtime);
}

/// An address dialed recently is dialed again if there is no other. An endpoint that an inbound peer claims is dialed
/// last, and seldom, since most claims are right.
std::optional<io::endpoint> dialer::next() {
  const std::vector<std::uint64_t> full = full_netgroups();
  while (!priority_endpoints_.empty()) {
    const io::endpoint where = priority_endpoints_.front();
    priority_endpoints_.pop_front();
    if (fits_a_slot(where, limits::redial_interval, full)) return where;
  }
  const auto fits = [this, &full](const address_info& each, bool is_claimed, std::chrono::seconds rest) {
    const io::endpoint where = to_endpoint(each.address);
    return fits_a_slot(where, rest, full) && deps_.sessions.is_claimed(where) == is_claimed;
  };
  const auto rested = [&fits](const address_info& each) { return fits(each, false, limits::recent_dial_window); };
  const auto dialed = [&fits](const address_info& each) { return fits(each, false, limits::redial_interval); };
  const auto claimed = [&fits](const address_info& each) { return fits(each, true, limits::redial_interval); };
  auto picked = deps_.book.select(deps_.clock.now(), limits::recent_dial_window, rested);
  if (!picked) picked = select_dialed(dialed);
  const bool tries_claimed = io::uniform_below(deps_.runtime, limits::claimed_dial_divisor) == 0;
  if (!picked && tries_claimed) picked = deps_.book.select(deps_.clock.now(), limits::redial_interval, claimed);
  return picked ? std::optional{to_endpoint(*picked)} : std::nullopt;
}

/// Of several addresses the one that has failed least, for many that never answer may hide one that does again.
std::optional<wire::peer_address> dialer::select_dialed(const address_filter& fits) {
  const address_info* best = nullptr;
  for (std::size_t i = 0; i != limits::redial_candidates; ++i) {
    const auto picked = deps_.book.select(deps_.clock.now(), limits::redial_interval, fits);
    if (!picked) break;
    const address_info* const each = deps_.book.find(*picked);
    if (best == nullptr || each->failures < best->failures) best = each;
  }
  return best == nullptr ? std::nullopt : std::optional{best->address};
}

/// Tried addresses in pending collisions come first. Others come last: when no address is new, and all slots are taken,
/// since an address cannot be dialed again soon.
std::optional<io::endpoint> dialer::next_feeler() {
  const io::wall_time now = deps_.clock.now();
  const auto fits = [this](const address_info& each) { return may_dial(to_endpoint(each.address)); };
  auto picked = deps_.book.select_tried_collision(now);
  if (picked && !may_dial(to_endpoint(*picked))) picked.reset();
  if (!picked) picked = deps_.book.select_new(now, fits);
  if (!picked && missing() == 0) picked = deps_.book.select(now, limits::recent_dial_window, fits);
  return picked ? std::optional{to_endpoint(*picked)} : std::nullopt;
}

bool dialer::may_dial(io::endpoint endpoint, std::chrono::seconds rest) const {
  if (!deps_.paths.reaches(endpoint) || deps_.local.own.contains(endpoint)) return false;
  if (deps_.sessions.find(endpoint) != nullptr) return false;
  if (std::ranges::find(dialing_, endpoint) != dialing_.end()) return false;
  const account* const charged = deps_.account.find(endpoint);
  if (charged != nullptr && charged->misbehavior.discourages(deps_.runtime.now())) return false;
  const io::wall_time now = deps_.clock.now();
  return !was_dialed_within(rest, endpoint, now) && !deps_.gater.reject_reason(endpoint, now);
}

/// Dials of earlier runs do not count: a restarted node may dial its peers at once.
bool dialer::was_dialed_within(std::chrono::seconds rest, io::endpoint endpoint, io::wall_time now) const {
  const address_info* const known = deps_.book.find(to_wire(endpoint));
  if (known == nullptr || known->last_try < deps_.clock.began() || known->last_try > now) return false;
  return now - known->last_try < rest;
}

bool dialer::fits_a_slot(io::endpoint endpoint, std::chrono::seconds rest,
                         const std::vector<std::uint64_t>& full) const {
  return may_dial(endpoint, rest) && std::ranges::find(full, endpoint.address.netgroup()) == full.end();
}

/// Netgroups of the Internet that have as many outbound peers as they may. O(sessions).
std::vector<std::uint64_t> dialer::full_netgroups() const {
  if (!deps_.local.chain.on_internet) return {};
  std::vector<std::uint64_t> taken;
  for (const session* const each : deps_.sessions.sessions()) {
    const bool counts = !each->is_ending() && each->peer().direction == direction::outbound;
    if (counts) taken.push_back(each->peer().endpoint.address.netgroup());
  }
  for (const io::endpoint each : dialing_) taken.push_back(each.address.netgroup());
  std::erase_if(taken, [this, all = taken](std::uint64_t group) {
    return static_cast<std::size_t>(std::ranges::count(all, group)) < deps_.room.outbound_per_netgroup;
  });
  return taken;
}

task<void> dialer::attempt(io::endpoint endpoint) {
  ++counted_.dials;
  const io::time_point began = deps_.runtime.now();
  auto done = [this, endpoint, began](const result<peer_info, disconnect_info>& outcome) {
    ended(endpoint, began, outcome);
  };
  try {
    co_await deps_.through.dial(endpoint, connection_type::full, std::move(done));
  } catch (...) {
    std::erase(dialing_, endpoint);  // the dial has not begun
    throw;
  }
  if (!counted_.network_down) wakeup_.set();
}

void dialer::ended(io::endpoint endpoint, io::time_point started_at,
                   const result<peer_info, disconnect_info>& outcome) {
  std::erase(dialing_, endpoint);
  if (outcome) {
    note_answer(true);
    pauses_.reset();
    disconnect_one(outcome->id);
    return;
  }
  ++counted_.failures;
  const bool silence = outcome.error().reason == disconnect_reason::unreachable;
  note_answer(!silence || deps_.sessions.any_received_since(started_at));
}

void dialer::note_answer(bool answered) {
  unanswered_ = answered ? 0 : unanswered_ + 1;
  const bool down = unanswered_ >= limits::max_unanswered_dials;
  if (std::exchange(counted_.network_down, down) == down) return;
  if (!down) pauses_.reset();
  if (network_changed) network_changed(down);
}

task<void> dialer::rotate() {
  for (;;) {
    const auto slept = co_await io::sleep_for(deps_.runtime, about(limits::outbound_rotation_interval, deps_.runtime));
    if (!slept) co_return;
    if (missing() != 0) continue;
    rotation_slots_ = deps_.sessions.count(direction::outbound) + 1;
    wakeup_.set();
  }
}

/// The new peer has taken the extra slot of a rotation.
void dialer::disconnect_one(std::uint64_t newcomer) {
  if (rotation_slots_ == 0 || deps_.sessions.count(direction::outbound) < rotation_slots_) return;
  rotation_slots_ = 0;
  replace_another(newcomer);
}

/// Disconnects an outbound peer that is neither the new one nor preferred, at random.
void dialer::replace_another(std::uint64_t newcomer) {
  std::vector<session*> others;
  for (session* const each : deps_.sessions.sessions()) {
    const peer_info& peer = each->peer();
    const bool may_go = !each->is_ending() && peer.direction == direction::outbound && peer.id != newcomer;
    if (may_go && !deps_.gater.prefers(peer.endpoint)) others.push_back(each);
  }
  if (others.empty()) return;
  ++counted_.rotations;
  others[io::uniform_below(deps_.runtime, others.size())]->end({disconnect_reason::requested, "rotation"});
}

task<void> dialer::run_feelers(scope& tasks) {
  for (;;) {
    const bool young = deps_.book.tried() < limits::tried_target;
    const io::duration pause = young ? limits::initial_feeler_interval : limits::feeler_interval;
    const auto slept = co_await io::sleep_for(deps_.runtime, about(pause, deps_.runtime));
    if (!slept) co_return;
    const auto where = next_feeler();
    if (!where) continue;
    ++counted_.feelers;
    auto felt = [this, &tasks, endpoint = *where](const result<peer_info, disconnect_info>& outcome) {
      if (!outcome || trying_ahead_ || !is_ahead(outcome->tip.total_difficulty)) return;
      tasks.spawn(try_ahead(tasks, endpoint, outcome->tip.total_difficulty));
      trying_ahead_ = true;
    };
    tasks.spawn(deps_.through.dial(*where, connection_type::feeler, std::move(felt)));
  }
}

bool dialer::is_ahead(std::uint64_t work) const {
  const auto has_as_much = [work](const session& each) { return each.peer().tip.total_difficulty >= work; };
  return work > deps_.local.tip().total_difficulty && deps_.sessions.count(has_as_much) == 0;
}

/// Most often a peer is ahead by a new block only, which has come before the address may be dialed again.
task<void> dialer::try_ahead(scope& tasks, io::endpoint endpoint, std::uint64_t work) {
  const reset_at_end trial{trying_ahead_};
  const auto waited = co_await io::sleep_for(deps_.runtime, limits::redial_interval + limits::min_search_pause);
  if (!waited || !is_ahead(work)) co_return;
  if (!fits_a_slot(endpoint, limits::redial_interval, full_netgroups())) co_return;
  ahead_.reset();
  auto done = [this](const result<peer_info, disconnect_info>& outcome) {
    if (outcome) ahead_ = outcome->id;
  };
  tasks.spawn(deps_.through.dial(endpoint, connection_type::full, std::move(done)));
  bool is_proven = false;
  for (io::duration passed{}; !is_proven && passed < limits::ahead_trial_time; passed += limits::ahead_check_interval) {
    const auto slept = co_await io::sleep_for(deps_.runtime, limits::ahead_check_interval);
    if (!slept) co_return;
    is_proven = deps_.local.tip().total_difficulty >= work;
  }
  session* const newcomer = ahead_ ? deps_.sessions.find(*ahead_) : nullptr;
  if (newcomer == nullptr || deps_.sessions.count(direction::outbound) <= deps_.room.outbound) co_return;
  if (is_proven) replace_another(newcomer->peer().id);
  else newcomer->end({disconnect_reason::requested, "it has not given the work that it claims"});
}

}  // namespace pappus::peer
