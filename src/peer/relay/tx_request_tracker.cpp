#include <bit>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <utility>

#include <pappus/peer/relay/limits.hpp>
#include <pappus/peer/relay/tx_request_tracker.hpp>

namespace pappus::peer {
namespace {

#ifdef NDEBUG
constexpr bool checks_itself = false;
#else
constexpr bool checks_itself = true;
#endif

/// Uses of the keyed hash; the filters, which share the key, use other numbers.
enum purpose : std::uint64_t { salt_of_transaction = 16, order_of_announcement };

static_assert(std::has_single_bit(limits::max_parallel_requests));
constexpr unsigned last_round = std::bit_width(limits::max_parallel_requests) - 1;

}  // namespace

void tx_request_tracker::announced(io::time_point now, const announcer& by, const wire::hash& kernel) {
  now_ = now;
  if (find(by.peer, kernel) != nullptr) return;
  member& from = members_.try_emplace(by.peer, by).first->second;
  if (from.announcements >= limits::max_announcements_per_peer) {
    ++counted_.dropped;
    return;
  }
  transaction& what = opened(kernel);
  const std::uint64_t drawn = keyed_(order_of_announcement, what.salt, by.peer);
  announcement& added = what.announcements.try_emplace(by.peer, *this, what, from, drawn).first->second;
  ++from.announcements;
  ++counted_.announcements;
  const unsigned silence = silences_.level(by.account, now);
  enter(added, silence == 0 ? state::candidate : state::delayed);
  if (silence != 0) timers_.arm(added, io::saturating_add(now, silence * limits::silence_delay));
  review(what);
}

bool tx_request_tracker::received(io::time_point now, std::uint64_t from, const wire::hash& kernel) {
  now_ = now;
  announcement* const found = find(from, kernel);
  if (found == nullptr || found->at == state::received) return false;
  const bool is_late = std::exchange(found->silent, false);
  if (found->at == state::completed && !is_late) return false;
  if (is_late) ++counted_.late;
  const bool was_asked = found->at == state::requested || is_late;
  change(*found, state::received);
  timers_.arm(*found, io::saturating_add(now, limits::tx_request_timeout));
  return was_asked;
}

void tx_request_tracker::rejected(io::time_point now, std::uint64_t from, const wire::hash& kernel) {
  now_ = now;
  announcement* const found = find(from, kernel);
  if (found == nullptr) return;
  ++counted_.rejected;
  fail(*found);
}

void tx_request_tracker::not_validated(io::time_point now, std::uint64_t from, const wire::hash& kernel) {
  now_ = now;
  announcement* const found = find(from, kernel);
  if (found != nullptr && found->at == state::received) change(*found, state::completed);
}

void tx_request_tracker::not_needed(io::time_point now, const wire::hash& kernel) {
  now_ = now;
  if (const auto found = transactions_.find(kernel); found != transactions_.end()) erase(found->second);
}

void tx_request_tracker::left(io::time_point now, std::uint64_t peer) {
  now_ = now;
  const auto found = members_.find(peer);
  if (found == members_.end()) return;
  member& gone = found->second;
  for (const auto* const list : {&gone.candidates, &gone.others}) {
    while (announcement* const each = list->first()) {
      transaction& what = each->what;
      if (each->at == state::requested) fail(*each);
      drop(*each);
      if (what.announcements.empty()) erase(what);
      else review(what);
    }
  }
  erase_if_idle(gone);
}

void tx_request_tracker::tick(io::time_point now) {
  now_ = now;
  timers_.expire(now);
}

std::optional<tx_request> tx_request_tracker::next_request() {
  while (transaction* const next = ready_.first()) {
    if (const announcement* const best = best_of(*next)) return tx_request{best->by.who.peer, next->kernel};
    ready_.remove(*next);
    next->is_ready = false;
  }
  while (member* const next = free_.first()) {
    if (const announcement* const best = best_for(*next)) return tx_request{best->by.who.peer, best->what.kernel};
    free_.remove(*next);
    next->is_free = false;
  }
  check_now_and_then();
  return std::nullopt;
}

void tx_request_tracker::requested(io::time_point now, const tx_request& made, io::duration wait) {
  now_ = now;
  announcement* const asked = find(made.peer, made.kernel);
  if (asked == nullptr || asked->at != state::candidate) return;
  ++counted_.requested;
  asked->round = asked->what.round;
  asked->expires = io::saturating_add(now, io::saturating_add(limits::tx_request_timeout, wait));
  change(*asked, state::requested);
  timers_.arm(*asked, asked->by.who.preferred ? asked->expires : io::saturating_add(now, limits::max_preferred_delay));
}

bool tx_request_tracker::is_open(const wire::hash& kernel) const {
  const auto found = transactions_.find(kernel);
  return found != transactions_.end() && found->second.is_open();
}

request_statistics tx_request_tracker::statistics() const noexcept {
  request_statistics now = counted_;
  now.silent = silences_.size();
  return now;
}

tx_request_tracker::announcement* tx_request_tracker::find(std::uint64_t peer, const wire::hash& kernel) {
  const auto what = transactions_.find(kernel);
  if (what == transactions_.end()) return nullptr;
  const auto by = what->second.announcements.find(peer);
  return by == what->second.announcements.end() ? nullptr : &by->second;
}

/// A new transaction is forgotten after a while if no announcement of it is recorded.
tx_request_tracker::transaction& tx_request_tracker::opened(const wire::hash& kernel) {
  const auto found = transactions_.find(kernel);
  if (found != transactions_.end()) return found->second;
  transaction& added =
      transactions_.try_emplace(kernel, *this, kernel, keyed_(salt_of_transaction, kernel)).first->second;
  review(added);
  return added;
}

void tx_request_tracker::enter(announcement& which, state now) {
  which.at = now;
  (now == state::candidate ? which.by.candidates : which.by.others).push_back(which);
  if (now == state::delayed) ++which.what.delayed;
  if (now == state::candidate) ++which.what.candidates;
  if (now == state::requested || now == state::received) ++which.what.under_way;
  if (now == state::requested) {
    ++which.by.requests;
    ++counted_.in_flight;
  }
}

/// Removes the announcement from its lists and counters.
void tx_request_tracker::leave(announcement& which) {
  timers_.disarm(which);
  (which.at == state::candidate ? which.by.candidates : which.by.others).remove(which);
  if (which.at == state::delayed) --which.what.delayed;
  if (which.at == state::candidate) --which.what.candidates;
  if (which.at == state::requested || which.at == state::received) --which.what.under_way;
  if (std::exchange(which.yields, false)) --which.what.yielding;
  if (which.at != state::requested) return;
  const bool was_full = !which.by.may_be_asked();
  --which.by.requests;
  --counted_.in_flight;
  if (!was_full || std::exchange(which.by.is_free, true)) return;
  free_.push_back(which.by);
}

void tx_request_tracker::change(announcement& which, state to) {
  leave(which);
  enter(which, to);
  review(which.what);
}

/// A request of the latest round has failed: the next round is twice as large.
void tx_request_tracker::fail(announcement& which) {
  silences_.add(which.by.who.account, now_);
  transaction& what = which.what;
  if (which.round == what.round && what.round != last_round) ++what.round;
  change(which, state::completed);
}

void tx_request_tracker::drop(announcement& which) {
  leave(which);
  --which.by.announcements;
  --counted_.announcements;
  which.what.announcements.erase(which.by.who.peer);
}

void tx_request_tracker::erase(transaction& which) {
  while (!which.announcements.empty()) {
    announcement& each = which.announcements.begin()->second;
    member& by = each.by;
    drop(each);
    erase_if_idle(by);
  }
  if (which.is_ready) ready_.remove(which);
  transactions_.erase(which.kernel);
}

void tx_request_tracker::erase_if_idle(member& which) {
  if (which.announcements != 0) return;
  if (which.is_free) free_.remove(which);
  members_.erase(which.who.peer);
}

/// To be called after a change of the transaction.
void tx_request_tracker::review(transaction& which) {
  if (which.is_open()) timers_.disarm(which);
  else if (!which.armed()) timers_.arm(which, io::saturating_add(now_, limits::failed_request_lifetime));
  if (which.candidates == 0 || std::exchange(which.is_ready, true)) return;
  ready_.push_back(which);
}

tx_request_tracker::rank tx_request_tracker::rank_of(const announcement& which) const noexcept {
  const announcer& by = which.by.who;
  return {by.preferred ? 0U : 1U, silences_.level(by.account, now_), which.order};
}

/// The candidate that gets the next request, if there is one that may.
const tx_request_tracker::announcement* tx_request_tracker::best_of(const transaction& which) const noexcept {
  const announcement* best = nullptr;
  if (which.candidates == 0 || !which.has_room_for(true)) return best;
  rank of_best{};
  for (const auto& [peer, each] : which.announcements) {
    if (each.at != state::candidate || !each.by.may_be_asked() || !which.has_room_for(each.by.who.preferred)) continue;
    const rank its = rank_of(each);
    if (best != nullptr && of_best < its) continue;
    best = &each;
    of_best = its;
  }
  return best;
}

/// For the first transaction for which the peer may get a request.
const tx_request_tracker::announcement* tx_request_tracker::best_for(const member& peer) const noexcept {
  if (!peer.may_be_asked()) return nullptr;
  const announcement* each = peer.candidates.first();
  while (each != nullptr && !each->what.has_room_for(peer.who.preferred)) {
    each = coro::intrusive_list<announcement>::after(*each);
  }
  return each == nullptr ? nullptr : best_of(each->what);
}

void tx_request_tracker::time_is_up(announcement& which) {
  if (which.at == state::delayed) return change(which, state::candidate);
  if (which.at == state::received) return change(which, state::completed);
  if (!which.by.who.preferred && !std::exchange(which.yields, true)) {
    ++which.what.yielding;
    timers_.arm(which, which.expires);
    return review(which.what);
  }
  ++counted_.unanswered;
  which.silent = true;
  fail(which);
}

void tx_request_tracker::give_up(transaction& which) {
  counted_.never_sent += which.announcements.size();
  erase(which);
}

/// One check after as many events as there are announcements, so that it costs no more than these. A broken invariant
/// aborts the program.
void tx_request_tracker::check_now_and_then() {
  if (!checks_itself || ++unchecked_ <= counted_.announcements) return;
  unchecked_ = 0;
  try {
    sanity_check();
  } catch (const std::bad_alloc&) {  // checked at another time
  } catch (const std::exception& broken) {
    std::fprintf(stderr, "%s\n", broken.what());
    std::abort();
  }
}

}  // namespace pappus::peer
