// The state machine of Dandelion: what is done about private transactions, as events come in. It does nothing itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include <pappus/io/random.hpp>
#include <pappus/io/time.hpp>
#include <pappus/io/timer_heap.hpp>
#include <pappus/peer/dandelion/fate.hpp>
#include <pappus/peer/dandelion/options.hpp>
#include <pappus/peer/dandelion/stem_routes.hpp>
#include <pappus/peer/keyed_hash.hpp>
#include <pappus/peer/phase.hpp>
#include <pappus/ring.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/transaction.hpp>

namespace pappus::peer {

/// What the stempool wants done, in this order.
namespace stem_order {

/// The host is to say whether the transaction is valid; then `verified`.
struct verify {
  wire::transaction_ptr tx;
  phase before;  // going on the stem, or being fluffed
};

/// It goes to that peer on the stem; if it cannot, `not_sent`.
struct send {
  wire::transaction_ptr tx;
  std::uint64_t to;
  bool own;
};

/// The host is to make fewer of these, none heavier than a transaction may be; then `aggregated`.
struct aggregate {
  std::vector<wire::transaction_ptr> held;
};

/// It is made public.
struct fluff {
  wire::transaction_ptr tx;
  fluff_cause why;
};

/// One of our own has been found valid: it is to be remembered until `over`, also by the next run of the node.
struct keep {
  wire::transaction_ptr tx;
  io::time_point deadline;
};

/// It is no longer in the stempool.
struct over {
  wire::transaction_ptr tx;
  stem_fate how;
  std::optional<fluff_cause> why;  // if it was fluffed by us
  bool own;
};

}  // namespace stem_order

struct stempool_statistics {
  std::uint64_t admitted = 0;  // transactions of others and of our own
  std::uint64_t refused = 0;   // for want of room
  std::uint64_t repeated = 0;  // came again, from whomever
};

/// Transactions by the first of their kernels, each with a deadline by which it is public or gone. Pure: time and
/// chance are passed in, and what is to be done is handed out as orders. Times must not step back. After each event,
/// orders are to be taken until there are none; they may be answered at once or later.
class stempool {
public:
  using order = std::variant<stem_order::verify, stem_order::send, stem_order::aggregate, stem_order::fluff,
                             stem_order::keep, stem_order::over>;

  /// `apart`: relays are never two of one netgroup. What is passed by reference outlives it.
  stempool(const dandelion_options& options, std::uint64_t most_weight, bool apart, const stem_relays& outbound,
           io::random_source chance, io::time_point now);
  stempool(const stempool&) = delete;
  stempool& operator=(const stempool&) = delete;

  /// A peer sent it on the stem; it is not public. O(log n), for the deadlines, as all events but where it is said
  /// otherwise.
  void received(io::time_point now, const wire::transaction_ptr& tx, std::uint64_t source);

  /// The host has made it. False if there is no room, or it is here already.
  bool submit(io::time_point now, const wire::transaction_ptr& tx);

  /// The last run of the node has left one of our own behind: it is armed, and that is all.
  void restore(const wire::transaction_ptr& tx, io::time_point deadline);

  /// An order to verify is answered.
  void verified(io::time_point now, const wire::hash& kernel, phase before, bool valid);

  /// An order to send could not be carried out, or its peer was gone before it was written.
  void not_sent(io::time_point now, const wire::hash& kernel, std::uint64_t relay);

  /// An order to aggregate is answered with what was made. What was left out is verified and fluffed by itself.
  void aggregated(io::time_point now, const std::vector<wire::transaction_ptr>& held,
                  const std::vector<wire::transaction_ptr>& made);

  /// A valid transaction or block with these kernels, in ascending order, is public: what is part of it is over.
  /// O(kernels log n).
  void made_public(std::span<const wire::hash> kernels, stem_fate how);

  /// The host wants it public now; false if it is not here.
  bool release(const wire::hash& kernel);

  /// A peer is gone.
  void forget(std::uint64_t peer) { routes_.forget(peer); }

  /// Does what is due.
  void tick(io::time_point now);
  /// When something is, next.
  [[nodiscard]] io::time_point next_due() const noexcept;

  /// The next thing to be done; nothing if all is.
  [[nodiscard]] std::optional<order> next_order();

  [[nodiscard]] bool contains(const wire::hash& kernel) const { return entries_.contains(kernel); }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] dandelion_mode mode() const noexcept { return mode_; }
  [[nodiscard]] std::uint64_t epoch() const noexcept { return epoch_; }
  [[nodiscard]] io::time_point epoch_ends() const noexcept { return epoch_ends_; }
  [[nodiscard]] std::vector<std::uint64_t> relays() const { return routes_.relays(); }
  [[nodiscard]] const stempool_statistics& statistics() const noexcept { return counted_; }

private:
  enum class state : std::uint8_t {
    validating,   // the host has not said yet whether it may go on the stem
    stemmed,      // sent on, or restored
    held,         // of an epoch of fluffing: waits for others
    aggregating,  // the host is making one of several
    verifying,    // its time is up, and the host has not said yet whether it is still valid
  };

  /// One way by which it came, and to whom it went for that.
  struct hop {
    std::uint64_t source = 0;
    std::uint64_t relay = 0;  // none if zero
  };

  class entry final : public io::timer_node {
  public:
    entry(stempool& of, wire::transaction_ptr of_what) noexcept : tx(std::move(of_what)), of_(of) {}

    wire::transaction_ptr tx;
    std::vector<hop> hops;  // the first is how it came first
    [[nodiscard]] bool own() const noexcept { return hops.front().source == stem_routes::ourselves; }
    state at = state::validating;
    bool came_twice = false;                  // from one peer, while it was being validated
    fluff_cause why = fluff_cause::deadline;  // while it is being verified

  private:
    void on_timer() noexcept override { of_.time_is_up(*this); }

    stempool& of_;
  };

  class deadlines final : public io::timer_heap {
    void earliest_changed() noexcept override {}  // `next_due` is looked at
  };

  /// Strangers choose what is hashed. Not noexcept, or libstdc++ would hash again instead of keeping the hash.
  struct hasher {
    keyed_hash keyed;
    std::size_t operator()(const wire::hash& kernel) const { return static_cast<std::size_t>(keyed(0, kernel)); }
  };

  using entries = std::unordered_map<wire::hash, entry, hasher>;

  entry& admit(const wire::transaction_ptr& tx, std::uint64_t source, state at);
  [[nodiscard]] bool has_room(const wire::transaction& tx, std::uint64_t source) const;
  void came_again(entries::iterator which, std::uint64_t source);
  void go_on(entries::iterator which);
  void route(entries::iterator which);
  void hold(entry& which);
  void release_held();
  void release(std::vector<wire::transaction_ptr> group);
  void begin_epoch();
  void time_is_up(entry& which) noexcept;
  void verify_again(entry& which, fluff_cause why);
  void make_public(entries::iterator which, fluff_cause why);
  void end(entries::iterator which, stem_fate how, std::optional<fluff_cause> why);
  [[nodiscard]] io::duration draw_embargo();

  dandelion_options options_;
  std::uint64_t most_weight_;
  const stem_relays& outbound_;
  io::random_source chance_;
  stem_routes routes_;
  deadlines deadlines_;
  entries entries_;
  std::map<std::uint64_t, std::size_t> by_peer_;  // how many each was the first to send
  std::vector<wire::hash> held_;
  io::time_point held_until_ = io::never;
  ring<order> orders_;
  std::size_t bytes_ = 0;
  dandelion_mode mode_ = dandelion_mode::stem;
  std::uint64_t epoch_ = 0;
  io::time_point epoch_ends_{};
  io::time_point now_{};
  stempool_statistics counted_;
};

}  // namespace pappus::peer
