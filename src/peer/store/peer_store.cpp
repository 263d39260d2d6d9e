#include <algorithm>
#include <string>
#include <utility>

#include <pappus/io/backoff.hpp>
#include <pappus/io/offload.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/peer/store/limits.hpp>
#include <pappus/peer/store/peer_store.hpp>

#include "../../exception_text.hpp"

namespace pappus::peer {
namespace {

/// The restored address book with the opened store; created on a worker.
struct restored {
  restored(opened_store from, clock_start time, address_book made)
      : opened(std::move(from)), start(time), book(std::move(made)) {}

  opened_store opened;
  clock_start start;
  address_book book;
};

/// A store without a time of its last write is no older than its newest ban. Addresses are no evidence: they have no
/// digest, so a damaged date in one would not be detected.
clock_start start_after(const store_content& content, io::wall_time wall) {
  if (content.written) return peer::start_after(content.written, wall);
  io::wall_time newest = wall;
  for (const ban& each : content.bans) newest = std::max(newest, each.since);
  return peer::start_after(newest, wall);
}

result<std::unique_ptr<restored>> restore(const store_source& from, const keyed_hash::key& fresh, bool on_internet,
                                          io::wall_time wall, bool believed) {
  PAPPUS_TRY(opened, from.open(fresh));
  if (opened.store == nullptr) return failure{make_error_code(store_errc::unusable)};
  const clock_start start = believed ? clock_start{wall} : start_after(opened.content, wall);
  address_book book{opened.content.secret, on_internet};
  for (const named_host& each : opened.content.hosts) book.restore(each);
  for (address_info& each : opened.content.addresses) book.restore(std::move(each), start.time);
  opened.content.addresses.clear();
  return std::make_unique<restored>(std::move(opened), start, std::move(book));
}

stem_deadline deadline_of(const stem_transaction& stored) { return {stored.kernel, stored.deadline, stored.rounds}; }

/// The outcome of a call of the store; an exception is a failure, so that the change is written again.
template <class Call>
result<void, store_failure> contained(const Call& call) {
  try {
    return call();
  } catch (...) {
    return failure{store_failure{make_error_code(store_errc::not_stored), exception_text()}};
  }
}

}  // namespace

peer_store::peer_store(io::runtime& runtime, store_source from, bool on_internet, node_clock& clock, logger& log)
    : runtime_(runtime),
      clock_(clock),
      source_(std::move(from)),
      log_(log),
      on_internet_(on_internet),
      book_(keyed_hash::new_key(runtime), on_internet),
      dated_at_(runtime.now()) {
  clock_.corrected = [this](io::wall_time::duration by) { move_dates(by); };
}

task<result<void>> peer_store::open(coro::stop_token unless) {
  auto reading = read();
  co_return co_await std::move(reading).with_stop_token(unless);
}

task<result<void>> peer_store::read() {
  auto reading = [from = source_, fresh = keyed_hash::new_key(runtime_), on_internet = on_internet_,
                  wall = runtime_.wall_clock(),
                  believed = clock_.trusts_wall_clock()] { return restore(from, fresh, on_internet, wall, believed); };
  auto offloaded = co_await io::offload(runtime_, std::move(reading));
  if (!offloaded) {
    leave();
    co_return failure{make_error_code(store_errc::unresponsive)};
  }
  if (!*offloaded) co_return failure{offloaded->error()};
  restored& was = ***offloaded;
  store_ = std::move(was.opened.store);
  counted_.in_sync = true;
  const io::wall_time before = clock_.now();
  clock_.start(was.start);
  const io::wall_time::duration later = io::saturating_sub(clock_.now(), before);
  bans_.shift(later);
  postpone(later);
  book_ = std::move(was.book);
  anchors_ = std::move(was.opened.content.anchors);
  stems_ = std::move(was.opened.content.stems);
  for (const stem_transaction& each : stems_) deadlines_.try_emplace(each.kernel, deadline_of(each));
  const std::vector<peer::ban> made_meanwhile = bans_.list(clock_.now());
  pending_.banned = made_meanwhile;
  for (const peer::ban& each : was.opened.content.bans) {
    if (each.until > clock_.now()) bans_.add(each);
    else pending_.unbanned.push_back(each.range);
  }
  for (const peer::ban& each : made_meanwhile) bans_.add(each);
  if (!was.opened.warning.empty()) {
    log_(log_level::warning, log_category::store, [&was] { return was.opened.warning; });
  }
  book_.on_change = [this] { changed_.set(); };
  if (!book_.drain_changes().empty() || !pending_.empty()) changed_.set();
  co_return result<void>{};
}

task<void> peer_store::run(coro::stop_token unless) {
  io::backoff pauses{{limits::min_store_retry_delay, limits::max_store_retry_delay}};
  const io::duration check_interval = source_.is_durable ? limits::store_check_interval : io::duration::max();
  for (;;) {
    const auto needed = co_await io::with_timeout(runtime_, check_interval, changed_.wait());
    if (!needed && needed.error() == make_error_code(errc::canceled)) co_return;
    if (!needed) {
      auto looking = look();
      co_await std::move(looking).with_stop_token(unless);
      if (store_abandoned_) co_return;
      continue;
    }
    const io::duration pause = writing_ != nullptr ? pauses.next(runtime_) : limits::store_write_delay;
    const auto hurried = co_await io::with_timeout(runtime_, pause, urgent_.wait());
    if (!hurried && hurried.error() == make_error_code(errc::canceled)) co_return;
    auto next = write_next();
    const bool written = co_await std::move(next).with_stop_token(unless);  // a write that has begun is completed
    if (store_abandoned_) co_return;
    if (written) pauses.reset();
  }
}

task<result<void>> peer_store::close(coro::stop_token unless) {
  bool is_storing = store_ != nullptr;
  if (is_storing) {
    date_batch();
    changed_.set();
  }
  for (int failures = 0; is_storing && changed_.is_set();) {
    try {
      auto next = write_next();
      is_storing = co_await std::move(next).with_stop_token(unless);
    } catch (...) {  // without memory for it: once more
      if (++failures == 2) is_storing = false;
    }
  }
  closed_ = true;
  counted_.in_sync = false;
  if (store_ != nullptr) {
    bool gone = true;
    try {
      auto letting_go = close_store();
      gone = co_await std::move(letting_go).with_stop_token(unless);
    } catch (...) {
      store_.reset();  // here, if there is no memory to do it on the worker
    }
    if (!gone) leave();
  }
  note_unwritten();
  abandon();
  if (store_abandoned_) co_return failure{make_error_code(store_errc::unresponsive)};
  co_return result<void>{};
}

/// Logs the changes that could not be written and are lost.
void peer_store::note_unwritten() const {
  const std::size_t rows = writing_ != nullptr ? statistics().rows_waiting : 0;
  if (rows == 0 || store_abandoned_) return;
  log_(log_level::warning, log_category::store, [&] {
    return std::to_string(rows) + (rows == 1 ? " change could not be stored in " : " changes could not be stored in ") +
           source_.name + (rows == 1 ? ", and is lost" : ", and are lost");
  });
}

/// Closes the store, on the worker because that may take time. False if it was not finished.
task<bool> peer_store::close_store() {
  auto closing = [held = std::exchange(store_, nullptr)]() mutable { held.reset(); };
  const auto closed = co_await io::offload(runtime_, std::move(closing));
  co_return closed.has_value();
}

/// Abandons the store and the batch being written to the worker.
void peer_store::leave() {
  store_abandoned_ = true;
  counted_.in_sync = false;
  store_.reset();
  log_(log_level::warning, log_category::store,
       [&] { return source_.name + " is not done in time: what was to be stored last may be lost"; });
}

/// Writes a batch: the one that failed before, or a new one. False if the write failed. An exception leaves a change to
/// be written.
task<bool> peer_store::write_next() {
  try {
    changed_.reset();
    urgent_.reset();
    co_return co_await write_batch();
  } catch (...) {
    changed_.set();
    throw;
  }
}

task<bool> peer_store::write_batch() {
  const bool again = writing_ != nullptr;
  if (!collect()) co_return true;
  auto write = [to = store_, batch = writing_] { return contained([&] { return to->write(*batch); }); };
  const auto given = co_await io::offload(runtime_, std::move(write));
  if (!given) {
    leave();
    co_return false;
  }
  const result<void, store_failure>& outcome = *given;
  count(outcome, again);
  note(outcome);
  auto answered = std::exchange(waiting_for_writing_, {});
  if (outcome) {
    writing_.reset();
    if (!pending_.empty()) changed_.set();
  } else {
    changed_.set();
    for (store_handler& each : std::exchange(waiting_for_pending_, {})) answered.push_back(std::move(each));
  }
  const result<void> reported = outcome ? result<void>{} : failure{outcome.error().code};
  for (const store_handler& each : answered) each(reported);
  co_return outcome.has_value();
}

/// False if the store was abandoned.
task<bool> peer_store::look() {
  auto looking = [at = store_] { return contained([&] { return at->check(); }); };
  const auto seen = co_await io::offload(runtime_, std::move(looking));
  if (!seen) {
    leave();
    co_return false;
  }
  note(*seen);
  if (runtime_.now() - dated_at_ >= limits::clock_store_interval) {
    date_batch();
    changed_.set();
  }
  co_return true;
}

/// Adds the time to the next batch, so that the next run knows when this one ended.
void peer_store::date_batch() {
  dated_at_ = runtime_.now();
  pending_.written = clock_.now();
}

/// Moves all stored dates. Expired bans are removed, and in the store too: left there, they would be in force again.
void peer_store::move_dates(io::wall_time::duration by) {
  bans_.shift(by);
  book_.adjust_times(by);
  postpone(by);
  pending_.deadlines.clear();
  for (const auto& [kernel, each] : deadlines_) pending_.deadlines.push_back(each);
  clear_bans(bans_.size());
  pending_.banned = bans_.list(clock_.now());
  date_batch();
  changed_.set();
}

/// Moves the deadlines of all transactions.
void peer_store::postpone(io::wall_time::duration by) {
  const auto later = [by](io::wall_time& deadline) {
    if (deadline != no_deadline) deadline = io::saturating_add(deadline, by);
  };
  for (stem_transaction& each : stems_) later(each.deadline);
  for (stem_transaction& each : pending_.stems) later(each.deadline);
  for (auto& [kernel, each] : deadlines_) later(each.deadline);
}

/// Prepares the next batch in `writing_`; false if there is nothing to write.
bool peer_store::collect() {
  if (writing_ != nullptr) return true;
  if (!pending_.empty() || book_.changes() != 0) date_batch();
  const auto batch = std::make_shared<store_batch>();
  auto [updated, hosts, dropped] = book_.drain_changes();
  *batch = std::exchange(pending_, {});
  batch->addresses = std::move(updated);
  batch->hosts = std::move(hosts);
  batch->removed_addresses = std::move(dropped);
  waiting_for_writing_ = std::exchange(waiting_for_pending_, {});
  if (batch->empty() && waiting_for_writing_.empty()) return false;
  writing_ = batch;
  return true;
}

void peer_store::count(const result<void, store_failure>& outcome, bool again) {
  const std::size_t rows = writing_->rows();
  if (rows == 0) return;
  if (again) ++counted_.retries;
  ++(outcome ? counted_.writes : counted_.failures);
  if (outcome) counted_.rows += rows;
}

/// Logs once that the store has failed, and once that it works again.
void peer_store::note(const result<void, store_failure>& outcome) {
  if (std::exchange(counted_.in_sync, outcome.has_value()) == outcome.has_value()) return;
  log_(log_level::warning, log_category::store, [&] {
    return outcome ? "peers and bans are stored again" : "peers and bans cannot be stored: " + outcome.error().text;
  });
}

void peer_store::ban(const peer::ban& added, store_handler done) {
  clear_bans(limits::max_bans_pruned);
  if (const auto forgotten = bans_.add(added)) {
    pending_.unbanned.push_back(*forgotten);
    ++counted_.bans_dropped;
  }
  pending_.banned.push_back(added);
  request_write(std::move(done));
}

/// Removes expired bans.
void peer_store::clear_bans(std::size_t max) {
  for (const io::endpoint_range& each : bans_.expire(clock_.now(), max)) {
    pending_.unbanned.push_back(each);
    ++counted_.bans_expired;
  }
}

/// A batch removes bans before it adds new ones, so a ban that is lifted before it was written must not be in it.
std::vector<peer::ban> peer_store::unban(const io::endpoint_range& range, store_handler done) {
  std::erase_if(pending_.banned, [&range](const peer::ban& each) { return range.contains(each.range); });
  std::vector<peer::ban> lifted = bans_.remove(range);
  for (const peer::ban& each : lifted) pending_.unbanned.push_back(each.range);
  request_write(std::move(done));
  return lifted;
}

void peer_store::save_anchors(std::vector<wire::peer_address> anchors) {
  if (anchors == anchors_) return;
  anchors_ = std::move(anchors);
  pending_.anchors = anchors_;
  changed_.set();
}

void peer_store::save_stem(stem_transaction stored, store_handler done) {
  deadlines_.insert_or_assign(stored.kernel, deadline_of(stored));
  pending_.stems.push_back(std::move(stored));
  request_write(std::move(done));
}

/// A batch changes deadlines before it adds transactions, so one that was not written yet is changed itself.
void peer_store::reschedule_stem(const stem_deadline& changed) {
  const auto found = deadlines_.find(changed.kernel);
  if (found == deadlines_.end()) return;
  found->second = changed;
  std::erase_if(pending_.deadlines, [&changed](const stem_deadline& each) { return each.kernel == changed.kernel; });
  pending_.deadlines.push_back(changed);
  for (stem_transaction& each : pending_.stems) {
    if (each.kernel != changed.kernel) continue;
    each.deadline = changed.deadline;
    each.rounds = changed.rounds;
  }
  changed_.set();
}

/// A batch removes transactions before it adds new ones, so one dropped before it was written must not be in it.
void peer_store::drop_stem(const wire::hash& kernel) {
  std::erase_if(pending_.stems, [&kernel](const stem_transaction& each) { return each.kernel == kernel; });
  pending_.removed_stems.push_back(kernel);
  deadlines_.erase(kernel);
  changed_.set();
}

peer_store_statistics peer_store::statistics() const noexcept {
  peer_store_statistics now = counted_;
  now.rows_waiting = pending_.rows() + book_.changes() + (writing_ != nullptr ? writing_->rows() : 0);
  return now;
}

void peer_store::abandon() {
  closed_ = true;
  auto answered = std::exchange(waiting_for_writing_, {});
  for (store_handler& each : std::exchange(waiting_for_pending_, {})) answered.push_back(std::move(each));
  for (const store_handler& each : answered) each(failure{make_error_code(errc::closed)});
}

void peer_store::request_write(store_handler done) {
  if (closed_ && done) return done(failure{make_error_code(errc::closed)});
  if (done) waiting_for_pending_.push_back(std::move(done));
  changed_.set();
  urgent_.set();
}

}  // namespace pappus::peer
