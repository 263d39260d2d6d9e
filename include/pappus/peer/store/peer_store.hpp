// The address book and the bans of a running node, and the store that follows them; it keeps private transactions, too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
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
#include <pappus/peer/store/sqlite_store.hpp>
#include <pappus/result.hpp>

namespace pappus::peer {

/// Of private transactions alone nothing is counted.
struct keeper_statistics {
  std::uint64_t writes = 0;          // batches that are stored
  std::uint64_t rows = 0;            // changes in them
  std::uint64_t failures = 0;        // batches that could not be written
  std::uint64_t retries = 0;         // attempts to write one of them again
  std::size_t rows_waiting = 0;      // changes that are not stored yet
  bool follows = false;              // the store does: it is open, and was in order when it was last used or looked at
  std::uint64_t bans_forgotten = 0;  // because there are too many
  std::uint64_t bans_expired = 0;    // that have run out and were cleared away
};

/// For the loop's thread. The store itself is used on worker threads, one batch at a time, so that nothing here waits
/// for a disk.
class peer_store {
public:
  /// Called once, on the loop: whether a change is on the disk, or why not yet. It is in force either way, and is tried
  /// again until it is stored.
  using stored = std::function<void(result<void, std::string>)>;

  /// `file` is where the store is, or `store::in_memory`; `clock` gives all dates, `say` hears of trouble with the
  /// store. Both outlive this.
  peer_store(io::runtime& on, std::string file, bool on_internet, node_clock& clock, logger& say);
  peer_store(const peer_store&) = delete;
  peer_store& operator=(const peer_store&) = delete;

  /// Reads the store, before all else; a stop does not hurry it, for what has begun should end. Fails with a
  /// `store_fault`.
  ///
  /// A disk may hang, and nothing can take work back from a worker. So each of these three leaves the store to the
  /// worker, for good, when `unless` is stopped.
  [[nodiscard]] task<result<void>> open(coro::stop_token unless = {});

  /// Lets the store follow: bans and private transactions at once, sightings within `limits::store_delay`, the time
  /// every `limits::clock_stored`; and looks every `limits::store_look` whether it can. Runs until it is stopped, and a
  /// batch that has begun is written.
  [[nodiscard]] task<void> run(coro::stop_token unless = {});

  /// Writes what is left when `run` has ended, or says why it cannot, and closes the store, so that another can open
  /// it. What cannot be stored any more is told so. Fails with `store_fault::unresponsive` if the store was left.
  [[nodiscard]] task<result<void>> close(coro::stop_token unless = {});

  [[nodiscard]] address_book& book() noexcept { return book_; }
  [[nodiscard]] const address_book& book() const noexcept { return book_; }
  [[nodiscard]] const ban_list& banned() const noexcept { return bans_; }
  /// Peers to be dialled first, as the last run left them until this one remembers others.
  [[nodiscard]] const std::vector<wire::peer_address>& anchors() const noexcept { return anchors_; }

  /// The time by which what is kept is dated.
  [[nodiscard]] const node_clock& clock() const noexcept { return clock_; }

  /// Bans at once.
  void ban(const peer::ban& added, stored done);
  /// Lifts every ban of a range within `whom`, at once; gives them.
  std::vector<peer::ban> unban(const io::endpoint_range& whom, stored done);
  /// Remembers peers for the next run; those that are remembered already are not stored again.
  void keep_anchors(std::vector<wire::peer_address> anchors);

  [[nodiscard]] keeper_statistics statistics() const noexcept;

  /// Transactions of our own that were private when the last run ended; given once.
  [[nodiscard]] std::vector<stored_stem> take_stems() { return std::exchange(stems_, {}); }
  /// Remembers one until it is dropped.
  void keep_stem(stored_stem kept, stored done);
  /// It is public, or nothing will come of it.
  void drop_stem(const wire::hash& kernel);

private:
  task<result<void>> read();
  task<bool> write_next();
  task<bool> look();
  void note_unwritten() const;
  task<bool> let_go();
  void leave();
  [[nodiscard]] bool collect();
  void hurry(stored done);
  void count(const result<void, std::string>& outcome, bool again);
  void note(const result<void, std::string>& outcome);
  void refuse_all(const std::string& why);
  void move_dates(io::wall_time::duration by);
  void clear_bans(std::size_t most);
  void date_batch();

  io::runtime& on_;
  node_clock& clock_;
  std::string file_;
  logger& say_;
  bool on_internet_;
  address_book book_;
  ban_list bans_;
  std::vector<wire::peer_address> anchors_;
  std::vector<stored_stem> stems_;              // of the last run, until they are taken
  std::shared_ptr<sqlite_store> store_;         // shared with the worker
  std::shared_ptr<const store_batch> writing_;  // and this; or it could not be written and is next
  store_batch pending_;                         // to be written then, besides what has changed in the book
  std::vector<stored> waiting_for_writing_;
  std::vector<stored> waiting_for_pending_;
  event changed_;
  event urgent_;
  io::time_point dated_at_;  // when it was last said what time it is
  keeper_statistics counted_;
  bool left_ = false;    // the store, to a worker that is not done with it
  bool closed_ = false;  // nothing is stored any more
};

}  // namespace pappus::peer
