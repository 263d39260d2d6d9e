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
constexpr bool self_checks = false;
#else
constexpr bool self_checks = true;
#endif

/// Uses of the keyed hash; the filters, which share the key, use other numbers.
enum purpose : std::uint64_t { salt_of_transaction = 16, order_of_announcement };

static_assert(std::has_single_bit(limits::max_parallel_requests));
constexpr unsigned last_round = std::bit_width(limits::max_parallel_requests) - 1;

}  // namespace

void tx_request_tracker::announced(io::time_point now, const announcer& announcer, const wire::hash& kernel) {
  now_ = now;
  if (find(announcer.peer, kernel) != nullptr) return;
  member& from = members_.try_emplace(announcer.peer, announcer).first->second;
  if (from.announcements >= limits::max_announcements_per_peer) {
    ++counted_.dropped;
    return;
  }
  transaction& tx = find_or_create(kernel);
  const std::uint64_t drawn = keyed_(order_of_announcement, tx.salt, announcer.peer);
  announcement& added = tx.announcements.try_emplace(announcer.peer, *this, tx, from, drawn).first->second;
  ++from.announcements;
  ++counted_.announcements;
  const unsigned silence = silences_.level(announcer.account, now);
  enter(added, silence == 0 ? state::candidate : state::delayed);
  if (silence != 0) timers_.arm(added, io::saturating_add(now, silence * limits::silence_delay));
  review(tx);
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
  member& peer_left = found->second;
  for (const auto* const list : {&peer_left.candidates, &peer_left.others}) {
    while (announcement* const each = list->first()) {
      transaction& tx = each->tx;
      if (each->at == state::requested) fail(*each);
      drop(*each);
      if (tx.announcements.empty()) erase(tx);
      else review(tx);
    }
  }
  erase_if_idle(peer_left);
}

void tx_request_tracker::tick(io::time_point now) {
  now_ = now;
  timers_.expire(now);
}

std::optional<tx_request> tx_request_tracker::next_request() {
  while (transaction* const next = ready_.first()) {
    if (const announcement* const best = best_of(*next)) return tx_request{best->source.info.peer, next->kernel};
    ready_.remove(*next);
    next->is_ready = false;
  }
  while (member* const next = free_.first()) {
    if (const announcement* const best = best_for(*next)) return tx_request{best->source.info.peer, best->tx.kernel};
    free_.remove(*next);
    next->is_free = false;
  }
  check_periodically();
  return std::nullopt;
}

void tx_request_tracker::requested(io::time_point now, const tx_request& made, io::duration wait) {
  now_ = now;
  announcement* const found = find(made.peer, made.kernel);
  if (found == nullptr || found->at != state::candidate) return;
  ++counted_.requested;
  found->round = found->tx.round;
  found->expires = io::saturating_add(now, io::saturating_add(limits::tx_request_timeout, wait));
  change(*found, state::requested);
  timers_.arm(*found,
              found->source.info.preferred ? found->expires : io::saturating_add(now, limits::max_preferred_delay));
}

bool tx_request_tracker::is_open(const wire::hash& kernel) const {
  const auto found = transactions_.find(kernel);
  return found != transactions_.end() && found->second.is_open();
}

tx_request_statistics tx_request_tracker::statistics() const noexcept {
  tx_request_statistics now = counted_;
  now.unresponsive_accounts = silences_.size();
  return now;
}

tx_request_tracker::announcement* tx_request_tracker::find(std::uint64_t peer, const wire::hash& kernel) {
  const auto tx = transactions_.find(kernel);
  if (tx == transactions_.end()) return nullptr;
  const auto source = tx->second.announcements.find(peer);
  return source == tx->second.announcements.end() ? nullptr : &source->second;
}

/// A new transaction is forgotten after a while if no announcement of it is recorded.
tx_request_tracker::transaction& tx_request_tracker::find_or_create(const wire::hash& kernel) {
  const auto found = transactions_.find(kernel);
  if (found != transactions_.end()) return found->second;
  transaction& added =
      transactions_.try_emplace(kernel, *this, kernel, keyed_(salt_of_transaction, kernel)).first->second;
  review(added);
  return added;
}

void tx_request_tracker::enter(announcement& announced, state now) {
  announced.at = now;
  (now == state::candidate ? announced.source.candidates : announced.source.others).push_back(announced);
  if (now == state::delayed) ++announced.tx.delayed;
  if (now == state::candidate) ++announced.tx.candidates;
  if (now == state::requested || now == state::received) ++announced.tx.in_flight;
  if (now == state::requested) {
    ++announced.source.requests;
    ++counted_.in_flight;
  }
}

/// Removes the announcement from its lists and counters.
void tx_request_tracker::leave(announcement& announced) {
  timers_.disarm(announced);
  (announced.at == state::candidate ? announced.source.candidates : announced.source.others).remove(announced);
  if (announced.at == state::delayed) --announced.tx.delayed;
  if (announced.at == state::candidate) --announced.tx.candidates;
  if (announced.at == state::requested || announced.at == state::received) --announced.tx.in_flight;
  if (std::exchange(announced.yields, false)) --announced.tx.yielding;
  if (announced.at != state::requested) return;
  const bool was_full = !announced.source.accepts_requests();
  --announced.source.requests;
  --counted_.in_flight;
  if (!was_full || std::exchange(announced.source.is_free, true)) return;
  free_.push_back(announced.source);
}

void tx_request_tracker::change(announcement& announced, state to) {
  leave(announced);
  enter(announced, to);
  review(announced.tx);
}

/// A request of the latest round has failed: the next round is twice as large.
void tx_request_tracker::fail(announcement& announced) {
  silences_.add(announced.source.info.account, now_);
  transaction& tx = announced.tx;
  if (announced.round == tx.round && tx.round != last_round) ++tx.round;
  change(announced, state::completed);
}

void tx_request_tracker::drop(announcement& announced) {
  leave(announced);
  --announced.source.announcements;
  --counted_.announcements;
  announced.tx.announcements.erase(announced.source.info.peer);
}

void tx_request_tracker::erase(transaction& tx) {
  while (!tx.announcements.empty()) {
    announcement& each = tx.announcements.begin()->second;
    member& source = each.source;
    drop(each);
    erase_if_idle(source);
  }
  if (tx.is_ready) ready_.remove(tx);
  transactions_.erase(tx.kernel);
}

void tx_request_tracker::erase_if_idle(member& peer) {
  if (peer.announcements != 0) return;
  if (peer.is_free) free_.remove(peer);
  members_.erase(peer.info.peer);
}

/// To be called after a change of the transaction.
void tx_request_tracker::review(transaction& tx) {
  if (tx.is_open()) timers_.disarm(tx);
  else if (!tx.armed()) timers_.arm(tx, io::saturating_add(now_, limits::failed_request_lifetime));
  if (tx.candidates == 0 || std::exchange(tx.is_ready, true)) return;
  ready_.push_back(tx);
}

tx_request_tracker::rank tx_request_tracker::rank_of(const announcement& announced) const noexcept {
  const announcer& source = announced.source.info;
  return {source.preferred ? 0U : 1U, silences_.level(source.account, now_), announced.order};
}

/// The candidate that gets the next request, if there is one that may.
const tx_request_tracker::announcement* tx_request_tracker::best_of(const transaction& tx) const noexcept {
  const announcement* best = nullptr;
  if (tx.candidates == 0 || !tx.has_room_for(true)) return best;
  rank of_best{};
  for (const auto& [peer, each] : tx.announcements) {
    if (each.at != state::candidate || !each.source.accepts_requests() || !tx.has_room_for(each.source.info.preferred))
      continue;
    const rank rank_of_each = rank_of(each);
    if (best != nullptr && of_best < rank_of_each) continue;
    best = &each;
    of_best = rank_of_each;
  }
  return best;
}

/// For the first transaction for which the peer may get a request.
const tx_request_tracker::announcement* tx_request_tracker::best_for(const member& peer) const noexcept {
  if (!peer.accepts_requests()) return nullptr;
  const announcement* each = peer.candidates.first();
  while (each != nullptr && !each->tx.has_room_for(peer.info.preferred)) {
    each = coro::intrusive_list<announcement>::after(*each);
  }
  return each == nullptr ? nullptr : best_of(each->tx);
}

void tx_request_tracker::on_due(announcement& announced) {
  if (announced.at == state::delayed) return change(announced, state::candidate);
  if (announced.at == state::received) return change(announced, state::completed);
  if (!announced.source.info.preferred && !std::exchange(announced.yields, true)) {
    ++announced.tx.yielding;
    timers_.arm(announced, announced.expires);
    return review(announced.tx);
  }
  ++counted_.unanswered;
  announced.silent = true;
  fail(announced);
}

void tx_request_tracker::give_up(transaction& tx) {
  counted_.undelivered += tx.announcements.size();
  erase(tx);
}

/// One check after as many events as there are announcements, so that it costs no more than these. A broken invariant
/// aborts the program.
void tx_request_tracker::check_periodically() {
  if (!self_checks || ++unchecked_ <= counted_.announcements) return;
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
