// Which peer is asked for which announced transaction, and when: a state machine without a clock or a socket.
//
// After Bitcoin Core's TxRequestTracker (src/txrequest.h), with two differences for a protocol that has no "not found":
// time-outs are short, and each lets twice as many peers be asked at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory_resource>
#include <optional>
#include <tuple>

#include <pappus/coro/linked_list.hpp>
#include <pappus/io/endpoint.hpp>
#include <pappus/io/time.hpp>
#include <pappus/io/timer_heap.hpp>
#include <pappus/peer/keyed_hash.hpp>
#include <pappus/peer/limits.hpp>
#include <pappus/peer/silence_scores.hpp>
#include <pappus/wire/hash.hpp>

namespace pappus::peer {

struct request_statistics {
  std::uint64_t requested = 0;    // requests for transactions
  std::uint64_t unanswered = 0;   // of those, not answered in time
  std::uint64_t late = 0;         // of those, answered afterwards
  std::uint64_t rejected = 0;     // of the answers, those that the host has rejected
  std::uint64_t overlooked = 0;   // announcements beyond the limit for a peer
  std::uint64_t forgotten = 0;    // announcements of what nobody has given in the end
  std::size_t under_way = 0;      // requests now
  std::size_t announcements = 0;  // remembered now
  std::size_t silent = 0;         // accounts that are remembered for not having answered, now
};

/// A peer that announces transactions.
struct announcer {
  announcer(std::uint64_t id, io::endpoint who_answers, bool dialled) noexcept
      : peer(id), account(who_answers), preferred(dialled) {}

  std::uint64_t peer;    // its session
  io::endpoint account;  // to which its silence is put down
  bool preferred;        // asked before those that are not: we have chosen it, not it us
};

struct tx_request {
  std::uint64_t peer;
  wire::hash kernel;
};

/// Announcements are remembered by kernel hash, bounded by peer and not in all, so that nobody can crowd out another's.
/// One is a candidate until its peer is asked, then requested, until the transaction has come, or the time is up, the
/// peer has left or the host has rejected what it gave: then it is completed, and remembered, so that nobody is asked
/// twice, until the transaction is settled, or nobody was left to be asked for `limits::failed_request_memory`. One by
/// an account that has been silent lately (`silence_scores`) is delayed before it is a candidate: it does not help a
/// censor to be the first who announces.
///
/// Of the candidates for a transaction the preferred are asked first; among equals those whose account has been silent
/// least; among these a random one, by a keyed hash of peer and transaction. One peer is asked to begin with, and after
/// each time-out or other failure twice as many at once as before, up to `limits::max_parallel_requests`. Requests to
/// others hold back a preferred peer for `limits::max_preferred_delay` at most. So of n announcers among whom one is
/// honest, this one is asked after about log2(n) times `limits::request`, plus n / 32 times that where n is large.
///
/// Times passed in never step back. After each event `next_request` is called until it gives nothing. Memory comes from
/// a pool that grows to what was remembered at most. Events are O(log n) but for the choice of a peer, which is
/// O(announcers of the transaction), and of what a peer may be asked next, which is O(announcements by the peer).
class tx_request_tracker {
public:
  explicit tx_request_tracker(const keyed_hash& secret) : keyed_(secret) {}
  tx_request_tracker(const tx_request_tracker&) = delete;
  tx_request_tracker& operator=(const tx_request_tracker&) = delete;

  // Events.

  /// A peer says that it has a transaction. Passed over if it has said so already, or announces too much.
  void announced(io::time_point now, const announcer& by, const wire::hash& kernel);

  /// A peer has sent the transaction: for `limits::request` the host's verdict is waited for before others are asked.
  /// Whether it was asked for it, and has not sent it before.
  bool received(io::time_point now, std::uint64_t from, const wire::hash& kernel);

  /// The host has rejected what that peer has sent. The sound transaction may have the same kernel: others are asked.
  void rejected(io::time_point now, std::uint64_t from, const wire::hash& kernel);

  /// There was no verdict on it. Others are asked.
  void unjudged(io::time_point now, std::uint64_t from, const wire::hash& kernel);

  /// The transaction is wanted no more: it is here, or of no interest.
  void settled(io::time_point now, const wire::hash& kernel);

  /// A session has ended, or is about to. What was asked of it counts as not answered.
  void left(io::time_point now, std::uint64_t peer);

  /// Time has passed.
  void tick(io::time_point now);

  // What is to be done.

  /// The next request to be made, if any. It is given again until `requested`, or another event, is told.
  [[nodiscard]] std::optional<tx_request> next_request();

  /// It is being made, and waits for at most so long until it is sent.
  void requested(io::time_point now, const tx_request& made, io::duration wait);

  /// When `tick` has something to do; `io::never` if only an event can change that.
  [[nodiscard]] io::time_point next_due() const noexcept { return timers_.earliest(); }

  // What is known.

  /// Whether somebody is being asked for it, or may be.
  [[nodiscard]] bool is_open(const wire::hash& kernel) const;

  /// O(announcements).
  [[nodiscard]] request_statistics statistics() const noexcept;

  /// Recomputes what is kept in more than one place, and throws `std::logic_error` if anything does not agree, or if
  /// somebody could be asked and is not: only after `next_request` has given nothing. O(announcements). Debug builds
  /// call it now and then by themselves.
  void sanity_check() const;

private:
  enum class state : std::uint8_t { delayed, candidate, requested, received, completed };

  class transaction;
  struct member;

  /// What one peer has said of one transaction. Its timer is armed while it is delayed, requested or received.
  class announcement final : public io::timer_node, public coro::intrusive_list<announcement>::hook {
  public:
    announcement(tx_request_tracker& tracker, transaction& of, member& from, std::uint64_t drawn) noexcept
        : what(of), by(from), order(drawn), tracker_(tracker) {}

    transaction& what;
    member& by;
    const std::uint64_t order;  // among equals: the least first
    state at = state::delayed;
    bool yields = false;            // requested for so long that no preferred peer waits for it
    bool silent = false;            // completed because its time was up
    std::optional<unsigned> round;  // of the transaction, when it was requested
    io::time_point expires;         // likewise: when its time is up

  private:
    void on_timer() noexcept override { tracker_.time_is_up(*this); }

    tx_request_tracker& tracker_;
  };

  /// Its timer is armed while there is nobody to be asked and nothing to be waited for.
  class transaction final : public io::timer_node, public coro::intrusive_list<transaction>::hook {
  public:
    transaction(tx_request_tracker& tracker, const wire::hash& of, std::uint64_t drawn)
        : kernel(of), salt(drawn), announcements(&tracker.memory_), tracker_(tracker) {}

    const wire::hash kernel;
    const std::uint64_t salt;
    std::pmr::map<std::uint64_t, announcement> announcements;  // by peer
    std::size_t delayed = 0;                                   // of these
    std::size_t candidates = 0;                                // of these
    std::size_t under_way = 0;                                 // of these, requested or received
    std::size_t yielding = 0;                                  // of these
    unsigned round = 0;                                        // how often the number of requests has doubled
    bool is_ready = false;                                     // in the list of that name

    /// Whether one more peer may be asked.
    [[nodiscard]] bool has_room_for(bool preferred) const noexcept {
      return under_way - (preferred ? yielding : 0) < std::size_t{1} << round;
    }
    [[nodiscard]] bool is_open() const noexcept { return delayed + candidates + under_way != 0; }

  private:
    void on_timer() noexcept override { tracker_.give_up(*this); }

    tx_request_tracker& tracker_;
  };

  struct member : coro::intrusive_list<member>::hook {
    explicit member(const announcer& peer) noexcept : who(peer) {}

    const announcer who;
    coro::intrusive_list<announcement> candidates;  // in the order in which it has said so
    coro::intrusive_list<announcement> others;
    std::size_t announcements = 0;
    std::size_t requests = 0;  // under way
    bool is_free = false;      // in the list of that name

    [[nodiscard]] bool may_be_asked() const noexcept { return requests < limits::requests_per_peer; }
  };

  class clock final : public io::timer_heap {
    void earliest_changed() noexcept override {}  // `next_due` says
  };

  [[nodiscard]] announcement* find(std::uint64_t peer, const wire::hash& kernel);
  [[nodiscard]] transaction& opened(const wire::hash& kernel);
  void enter(announcement& which, state now);
  void leave(announcement& which);
  void change(announcement& which, state to);
  void fail(announcement& which);
  void drop(announcement& which);
  void erase(transaction& which);
  void erase_if_idle(member& which);
  void review(transaction& which);

  /// The least is asked first.
  using rank = std::tuple<unsigned, unsigned, std::uint64_t>;

  [[nodiscard]] rank rank_of(const announcement& which) const noexcept;
  [[nodiscard]] const announcement* best_of(const transaction& which) const noexcept;
  [[nodiscard]] const announcement* best_for(const member& peer) const noexcept;

  void time_is_up(announcement& which);
  void give_up(transaction& which);
  void check_now_and_then();

  keyed_hash keyed_;
  silence_scores silences_;
  request_statistics counted_;
  io::time_point now_{};
  std::pmr::unsynchronized_pool_resource memory_;
  clock timers_;
  std::pmr::map<std::uint64_t, member> members_{&memory_};
  std::pmr::map<wire::hash, transaction> transactions_{&memory_};
  coro::intrusive_list<transaction> ready_;  // to be looked at: somebody may have to be asked
  coro::intrusive_list<member> free_;        // likewise: may be asked again
  std::size_t unchecked_ = 0;                // events since the last check of a debug build
};

}  // namespace pappus::peer
