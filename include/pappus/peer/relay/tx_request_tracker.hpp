// Decides which announced transaction is requested from which peer, and when: a state machine without a clock or a
// socket.
//
// After Bitcoin Core's TxRequestTracker (src/txrequest.h), with two differences for a protocol that has no "not found":
// time-outs are short, and each doubles the number of concurrent requests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory_resource>
#include <optional>
#include <tuple>

#include <pappus/coro/intrusive_list.hpp>
#include <pappus/io/endpoint.hpp>
#include <pappus/io/time.hpp>
#include <pappus/io/timer_heap.hpp>
#include <pappus/peer/keyed_hash.hpp>
#include <pappus/peer/relay/limits.hpp>
#include <pappus/peer/relay/recycling_memory.hpp>
#include <pappus/peer/relay/silence_scores.hpp>
#include <pappus/peer/relay/statistics.hpp>
#include <pappus/wire/hash.hpp>

namespace pappus::peer {

/// A peer that announces transactions.
struct announcer {
  announcer(std::uint64_t id, io::endpoint charged_account, bool dialed) noexcept
      : peer(id), account(charged_account), preferred(dialed) {}

  std::uint64_t peer;    // id of its session
  io::endpoint account;  // that its silence is charged to
  bool preferred;        // gets requests before others: the node has dialed it
};

struct tx_request {
  std::uint64_t peer;
  wire::hash kernel;
};

/// Announcements are remembered by kernel hash, bounded for each peer and not in total, so that no peer can displace
/// another's. An announcement is a candidate until the transaction is requested from its peer, then requested, until
/// the transaction has arrived, or the time is up, the peer has left or the adapter has rejected what it sent: then it
/// is completed, and remembered, so that nothing is requested twice from one peer, until the transaction is settled, or
/// there was no peer left to request it from for `limits::failed_request_lifetime`. An announcement by an account that
/// has been silent lately (`silence_scores`) is delayed before it is a candidate: announcing first does not help a
/// censor.
///
/// Of the candidates for a transaction the preferred come first; among equals those whose account has been silent
/// least; among these a random one, by a keyed hash of peer and transaction. There is one request at first, and after
/// each time-out or other failure twice as many at once as before, up to `limits::max_parallel_requests`. Requests to
/// others hold back a preferred peer for `limits::max_preferred_delay` at most. So of n announcers of which one is
/// honest, the honest one gets a request after about log2(n) times `limits::tx_request_timeout`, plus n / 32 times that
/// where n is large.
///
/// Times passed in never step back. After each event the caller calls `next_request` until it returns nothing. Memory
/// comes from a pool that grows to the largest amount ever needed. Events are O(log n) except for the choice of a peer,
/// which is O(announcers of the transaction), and of what may be requested next from a peer, which is O(announcements
/// by the peer).
class tx_request_tracker {
public:
  explicit tx_request_tracker(const keyed_hash& secret) : keyed_(secret) {}
  tx_request_tracker(const tx_request_tracker&) = delete;
  tx_request_tracker& operator=(const tx_request_tracker&) = delete;

  // Events.

  /// A peer announces a transaction. Ignored if the peer has announced it already, or has announced too many.
  void announced(io::time_point now, const announcer& announcer, const wire::hash& kernel);

  /// A peer has sent the transaction: for `limits::tx_request_timeout` the tracker waits for the adapter's result
  /// before it is requested from others. Returns whether it was requested from that peer and had not been sent by it
  /// before.
  bool received(io::time_point now, std::uint64_t from, const wire::hash& kernel);

  /// The adapter has rejected what that peer has sent. A valid transaction may have the same kernel: it is requested
  /// from others.
  void rejected(io::time_point now, std::uint64_t from, const wire::hash& kernel);

  /// There was no validation result. The transaction is requested from others.
  void not_validated(io::time_point now, std::uint64_t from, const wire::hash& kernel);

  /// The transaction is not needed any more: the application has it, or does not want it.
  void not_needed(io::time_point now, const wire::hash& kernel);

  /// A session has ended, or is about to. Its requests count as not answered.
  void left(io::time_point now, std::uint64_t peer);

  /// Time has passed.
  void tick(io::time_point now);

  // Actions.

  /// The next request to be made, if any. Returned again until `requested`, or another event, is called.
  [[nodiscard]] std::optional<tx_request> next_request();

  /// The request is being made; it waits at most `wait` until it is sent.
  void requested(io::time_point now, const tx_request& made, io::duration wait);

  /// When `tick` has something to do; `io::never` if only an event can change that.
  [[nodiscard]] io::time_point next_due() const noexcept { return timers_.earliest(); }

  // State.

  /// Whether the transaction is being requested, or may be.
  [[nodiscard]] bool is_open(const wire::hash& kernel) const;

  /// O(announcements).
  [[nodiscard]] tx_request_statistics statistics() const noexcept;

  /// Recomputes what is kept in more than one place, and throws `std::logic_error` on any contradiction, or if a
  /// request could be made that was not: only after `next_request` has returned nothing. O(announcements). Debug builds
  /// call it from time to time by themselves.
  void sanity_check() const;

private:
  enum class state : std::uint8_t { delayed, candidate, requested, received, completed };

  class transaction;
  struct member;

  /// Announcement of one transaction by one peer. Its timer is armed while it is delayed, requested or received.
  class announcement final : public io::timer_node, public coro::intrusive_list<announcement>::hook {
  public:
    announcement(tx_request_tracker& tracker, transaction& announced, member& from, std::uint64_t rank) noexcept
        : tx(announced), source(from), order(rank), tracker_(tracker) {}

    transaction& tx;
    member& source;
    const std::uint64_t order;  // among equals: the smallest first
    state at = state::delayed;
    bool yields = false;            // requested for so long that it does not hold back a preferred peer any more
    bool silent = false;            // completed because its time was up
    std::optional<unsigned> round;  // of the transaction, when it was requested
    io::time_point expires;         // of the request: when its time is up

  private:
    void on_timer() noexcept override { tracker_.on_due(*this); }

    tx_request_tracker& tracker_;
  };

  /// An announced transaction. Its timer is armed while there is neither a candidate nor anything to wait for.
  class transaction final : public io::timer_node, public coro::intrusive_list<transaction>::hook {
  public:
    transaction(tx_request_tracker& tracker, const wire::hash& hash, std::uint64_t random)
        : kernel(hash), salt(random), announcements(&tracker.memory_), tracker_(tracker) {}

    const wire::hash kernel;
    const std::uint64_t salt;
    std::pmr::map<std::uint64_t, announcement> announcements;  // by id of the peer
    std::size_t delayed = 0;                                   // of these
    std::size_t candidates = 0;                                // of these
    std::size_t in_flight = 0;                                 // of these, requested or received
    std::size_t yielding = 0;                                  // of these
    unsigned round = 0;                                        // how often the number of requests has doubled
    bool is_ready = false;                                     // whether it is in `ready_`

    /// Whether one more request may be made.
    [[nodiscard]] bool has_room_for(bool preferred) const noexcept {
      return in_flight - (preferred ? yielding : 0) < std::size_t{1} << round;
    }
    [[nodiscard]] bool is_open() const noexcept { return delayed + candidates + in_flight != 0; }

  private:
    void on_timer() noexcept override { tracker_.give_up(*this); }

    tx_request_tracker& tracker_;
  };

  struct member : coro::intrusive_list<member>::hook {
    explicit member(const announcer& peer) noexcept : info(peer) {}

    const announcer info;
    coro::intrusive_list<announcement> candidates;  // in the order of their announcement
    coro::intrusive_list<announcement> others;
    std::size_t announcements = 0;
    std::size_t requests = 0;  // under way
    bool is_free = false;      // whether it is in `free_`

    [[nodiscard]] bool accepts_requests() const noexcept { return requests < limits::max_tx_requests_per_peer; }
  };

  class clock final : public io::timer_heap {
    void earliest_changed() noexcept override {}  // polled by `next_due`
  };

  [[nodiscard]] announcement* find(std::uint64_t peer, const wire::hash& kernel);
  [[nodiscard]] transaction& find_or_create(const wire::hash& kernel);
  void enter(announcement& announced, state now);
  void leave(announcement& announced);
  void change(announcement& announced, state to);
  void fail(announcement& announced);
  void drop(announcement& announced);
  void erase(transaction& tx);
  void erase_if_idle(member& peer);
  void review(transaction& tx);

  /// The smallest is requested first.
  using rank = std::tuple<unsigned, unsigned, std::uint64_t>;

  [[nodiscard]] rank rank_of(const announcement& announced) const noexcept;
  [[nodiscard]] const announcement* best_of(const transaction& tx) const noexcept;
  [[nodiscard]] const announcement* best_for(const member& peer) const noexcept;

  void on_due(announcement& announced);
  void give_up(transaction& tx);
  void check_periodically();

  keyed_hash keyed_;
  silence_scores silences_;
  tx_request_statistics counted_;
  io::time_point now_{};
  recycling_memory memory_;
  clock timers_;
  std::pmr::map<std::uint64_t, member> members_{&memory_};
  std::pmr::map<wire::hash, transaction> transactions_{&memory_};
  coro::intrusive_list<transaction> ready_;  // to be checked: a request may be due
  coro::intrusive_list<member> free_;        // likewise: may get requests again
  std::size_t unchecked_ = 0;                // events since the last check, in debug builds
};

}  // namespace pappus::peer
