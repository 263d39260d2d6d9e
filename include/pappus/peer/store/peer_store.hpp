// Peer store: the address book and the bans of a running node, and their durable copy, with private transactions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include <pappus/coro/event.hpp>
#include <pappus/coro/stop.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/io/endpoint_range.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/peer/clock/node_clock.hpp>
#include <pappus/peer/logger.hpp>
#include <pappus/peer/store/address_book.hpp>
#include <pappus/peer/store/ban_list.hpp>
#include <pappus/peer/store/durable_store.hpp>
#include <pappus/peer/store/records.hpp>
#include <pappus/peer/store/statistics.hpp>
#include <pappus/result.hpp>

namespace pappus::peer {

/// For the loop's thread. The `durable_store` is used on worker threads, one batch at a time, so that the loop never
/// waits for a disk.
class peer_store {
public:
  /// Called once, on the loop, with success when the change is on the disk; or with a `store_errc`, when it is in force
  /// but not there yet, and is written again until it is; or with `errc::closed` after `close`.
  using store_handler = std::function<void(result<void>)>;

  /// `from`: the durable side. `clock` supplies all dates; trouble with the store is logged to `log`. Both outlive the
  /// `peer_store`.
  peer_store(io::runtime& runtime, store_source from, bool on_internet, node_clock& clock, logger& log);
  peer_store(const peer_store&) = delete;
  peer_store& operator=(const peer_store&) = delete;

  /// Reads the store; to be called first. A stop of the caller does not interrupt the read. Fails with a `store_errc`.
  ///
  /// A disk may hang, and work on a worker thread cannot be canceled. So when `unless` is stopped, `open`, `run` and
  /// `close` abandon the store to the worker, for good.
  [[nodiscard]] task<result<void>> open(coro::stop_token unless = {});

  /// Writes changes to the store: bans and private transactions at once, addresses within `limits::store_write_delay`,
  /// the time every `limits::clock_store_interval`. Without changes it checks the store every
  /// `limits::store_check_interval`. Runs until stopped; a write that has begun is completed.
  [[nodiscard]] task<void> run(coro::stop_token unless = {});

  /// After `run`: writes the remaining changes, or logs why it cannot, and closes the store, so that another program
  /// can open it. Callbacks of changes that are not stored are called with an error. Fails with
  /// `store_errc::unresponsive` if the store was abandoned.
  [[nodiscard]] task<result<void>> close(coro::stop_token unless = {});

  /// Calls the callbacks of all changes that are not stored with `errc::closed`; nothing is stored from now on.
  void abandon();

  [[nodiscard]] address_book& book() noexcept { return book_; }
  [[nodiscard]] const address_book& book() const noexcept { return book_; }
  [[nodiscard]] const ban_list& bans() const noexcept { return bans_; }
  /// Peers to be dialed first: those of the last run until `save_anchors` sets others.
  [[nodiscard]] const std::vector<wire::peer_address>& anchors() const noexcept { return anchors_; }

  /// The clock that dates all entries.
  [[nodiscard]] const node_clock& clock() const noexcept { return clock_; }

  /// Adds a ban, in force at once.
  void ban(const peer::ban& added, store_handler done);
  /// Lifts every ban of a range within `range`, at once, and returns them.
  std::vector<peer::ban> unban(const io::endpoint_range& range, store_handler done);
  /// Stores peers for the next run. Unchanged ones are not written again.
  void save_anchors(std::vector<wire::peer_address> anchors);

  [[nodiscard]] peer_store_statistics statistics() const noexcept;

  /// The node's own transactions that were private when the last run ended; returned once.
  [[nodiscard]] std::vector<stem_transaction> restore_stems() { return std::exchange(stems_, {}); }
  /// Stores a private transaction until `drop_stem`.
  void save_stem(stem_transaction stored, store_handler done);
  /// Stores when the next round of a stored transaction is, and how many have begun; ignored if it is not stored.
  void reschedule_stem(const stem_deadline& changed);
  /// Removes a transaction that is public or abandoned.
  void drop_stem(const wire::hash& kernel);

private:
  task<result<void>> read();
  task<bool> write_next();
  task<bool> write_batch();
  task<bool> look();
  void note_unwritten() const;
  task<bool> close_store();
  void leave();
  [[nodiscard]] bool collect();
  void request_write(store_handler done);
  void count(const result<void, store_failure>& outcome, bool again);
  void note(const result<void, store_failure>& outcome);
  void move_dates(io::wall_time::duration by);
  void postpone(io::wall_time::duration by);
  void clear_bans(std::size_t max);
  void date_batch();

  io::runtime& runtime_;
  node_clock& clock_;
  store_source source_;
  logger& log_;
  bool on_internet_;
  address_book book_;
  ban_list bans_;
  std::vector<wire::peer_address> anchors_;
  std::vector<stem_transaction> stems_;            // of the last run, until `restore_stems`
  std::map<wire::hash, stem_deadline> deadlines_;  // of all stored transactions, by kernel
  std::shared_ptr<durable_store> store_;           // shared with the worker
  std::shared_ptr<const store_batch> writing_;     // shared with the worker; or failed, and is written next
  store_batch pending_;                            // written after that, with the changes of the book
  std::vector<store_handler> waiting_for_writing_;
  std::vector<store_handler> waiting_for_pending_;
  event changed_;
  event urgent_;
  io::time_point dated_at_;  // when `pending_.written` was last set
  peer_store_statistics counted_;
  bool store_abandoned_ = false;  // the store is abandoned to a worker that has not finished
  bool closed_ = false;           // nothing more is stored
};

}  // namespace pappus::peer
