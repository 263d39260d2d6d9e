// State machine of Dandelion: turns events into actions for private transactions, without I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include <pappus/io/random.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/dandelion/options.hpp>
#include <pappus/peer/dandelion/status.hpp>
#include <pappus/peer/dandelion/stem_action.hpp>
#include <pappus/peer/dandelion/stem_queue.hpp>
#include <pappus/peer/dandelion/stem_routes.hpp>
#include <pappus/peer/dandelion/stem_table.hpp>
#include <pappus/peer/keyed_hash.hpp>
#include <pappus/peer/phase.hpp>
#include <pappus/peer/stem_result.hpp>
#include <pappus/result.hpp>
#include <pappus/ring_buffer.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/limits.hpp>
#include <pappus/wire/transaction.hpp>

namespace pappus::peer {

/// Holds private transactions, each with a deadline at which it is fluffed or removed. Pure: time and random numbers
/// are passed in, and the actions to be performed are returned. Times must not step back. After each event the caller
/// takes actions from `next_order` until there are none; it may report their results during that or later. Reporting a
/// result processes nothing else that is due: if all results are immediate, everything would be processed in one turn.
///
/// Transactions are distinguished by all their bytes: a copy with another offset, signature or proof is another one.
/// All random choices, except those at the beginning of an epoch, are derived from a secret and from their purpose, so
/// that choices for other purposes do not reveal which transactions are here.
class stempool {
public:
  using order = std::variant<stem_action::validate, stem_action::send, stem_action::aggregate, stem_action::fluff,
                             stem_action::persist, stem_action::finished>;

  /// `apart`: no two relays are in one netgroup. `outbound` outlives this object.
  stempool(const dandelion_options& options, const wire::chain_limits& by, bool apart, const stem_relays& outbound,
           io::random_source rng, io::time_point now);
  stempool(const stempool&) = delete;
  stempool& operator=(const stempool&) = delete;

  /// A peer has sent a stem transaction, which the adapter has found valid and which is not public. O(log n), for the
  /// deadlines, and O(size), like all events unless stated otherwise.
  void received(io::time_point now, const wire::transaction_ptr& tx, std::uint64_t source);

  /// The application submits a transaction of the node's own.
  [[nodiscard]] result<stem_ticket> submit(io::time_point now, const wire::transaction_ptr& tx);

  /// Restores a transaction of the node's own from the last run: only its deadline is set, `left` from now. If the
  /// deadline has passed, the transaction is validated and then waits a random time, at most
  /// `limits::max_restart_delay`, so that a fluff right after the start of the node does not reveal its origin.
  void restore(io::time_point now, const wire::transaction_ptr& tx, io::duration left);

  /// Result of a `validate` action, or that there is none: then the adapter is called again for the node's own.
  void verified(io::time_point now, const stem_action::validate& action, bool valid);
  void unanswered(io::time_point now, const stem_action::validate& action);

  /// A `send` action could not be performed, or its peer disconnected before the frame was written.
  void not_sent(io::time_point now, stem_ticket ticket, std::uint64_t relay);

  /// Result of an `aggregate` action. Transactions that are part of no aggregate are validated and fluffed by
  /// themselves.
  void aggregated(io::time_point now, const stem_action::aggregate& action,
                  const std::vector<wire::transaction_ptr>& made);

  /// A valid transaction or block with these kernels, in ascending order, is public: transactions whose kernels are all
  /// among them are removed. O(kernels).
  void made_public(std::span<const wire::hash> kernels, stem_outcome outcome);

  /// Fluffs a transaction now, on behalf of the application; false if it is not here.
  bool release(const wire::transaction& tx);

  /// Processes what is due: at most `limits::max_stems_per_turn` expired deadlines, and as many held transactions whose
  /// aggregation period is over.
  void tick(io::time_point now);
  /// When `tick` is to be called next.
  [[nodiscard]] io::time_point next_due() const noexcept;

  /// The next action to be performed; nothing if there is none.
  [[nodiscard]] std::optional<order> next_order();

  [[nodiscard]] std::optional<stem_ticket> find(const wire::transaction& tx) const { return table_.find(name_of(tx)); }
  [[nodiscard]] std::size_t size() const noexcept { return table_.size(); }
  [[nodiscard]] std::size_t bytes() const noexcept { return relayed_sum_.bytes + own_sum_.bytes; }
  [[nodiscard]] dandelion_mode mode() const noexcept { return mode_; }
  [[nodiscard]] std::uint64_t epoch() const noexcept { return epoch_; }
  [[nodiscard]] io::time_point epoch_ends() const noexcept { return epoch_ends_; }
  [[nodiscard]] std::vector<std::uint64_t> relays() const { return routes_.relays(); }
  [[nodiscard]] const stempool_statistics& statistics() const noexcept { return counted_; }

private:
  struct sum {
    std::size_t count = 0;
    std::size_t bytes = 0;
  };

  struct own_transaction {
    wire::transaction_ptr tx;
    bool late = false;  // its deadline passed while the node was down
  };

  // Transactions that come in, and their validation.
  [[nodiscard]] bool has_room(const wire::transaction& tx, std::uint64_t source) const;
  stem_ticket admit(const wire::transaction_ptr& tx, const stem_name& name, std::uint64_t source);
  void received_again(stem_ticket ticket, std::uint64_t source, const wire::transaction_ptr& tx);
  void adopt(stem_ticket ticket, const wire::transaction_ptr& tx);
  [[nodiscard]] bool is_ours(const wire::hash& kernel);
  void ask(stem_ticket ticket, const wire::transaction_ptr& tx, phase before);
  void start_stem(stem_ticket ticket, const wire::transaction_ptr& tx);
  [[nodiscard]] wire::transaction_ptr tx_of(stem_ticket ticket) const;

  // Sending along the stem.
  template <class Function>
  void each_hop(stem_ticket ticket, Function function);
  [[nodiscard]] bool was_sent_to(stem_ticket ticket, std::uint64_t relay);
  [[nodiscard]] stem_hop* hop_of(stem_ticket ticket, std::uint64_t source);
  [[nodiscard]] bool send(stem_ticket ticket, stem_hop& hop, const wire::transaction_ptr& tx);
  void send_or_wait(stem_ticket ticket, stem_hop& hop, const wire::transaction_ptr& tx);
  void wait(stem_ticket ticket, const stem_hop& hop);
  void send_waiting();

  // Fluffing and removal.
  void begin_aggregation(stem_ticket ticket);
  void release_held();
  void time_is_up(stem_ticket ticket);
  void verify_again(stem_ticket ticket, fluff_reason reason);
  [[nodiscard]] bool has_public_room() const;
  void retry_fluff_later(stem_ticket ticket);
  void order_fluff(const wire::transaction_ptr& tx, fluff_reason reason);
  void make_public(stem_ticket ticket, const wire::transaction_ptr& tx, fluff_reason reason);
  void end(stem_ticket ticket, stem_outcome outcome, std::optional<fluff_reason> reason);

  void begin_epoch();
  [[nodiscard]] std::uint64_t chance_of(stem_ticket ticket, std::uint64_t purpose) const;
  [[nodiscard]] io::duration embargo_of(stem_ticket ticket) const;

  dandelion_options options_;
  wire::chain_limits limits_;
  const stem_relays& outbound_;
  io::random_source rng_;
  stem_routes routes_;
  keyed_hash draw_hash_;
  stem_table table_;
  std::map<stem_ticket, own_transaction> own_;
  std::map<stem_ticket, std::vector<stem_hop>> repeat_sources_;  // hops after the first, of transactions received again
  std::map<std::uint64_t, std::size_t> by_peer_;                 // transactions of which it is the first source
  stem_queue waiting_;                                           // tickets of some may be stale
  io::time_point retry_at_ = io::never;
  std::map<std::uint64_t, std::size_t> pending_sends_;  // pending send actions, by relay
  std::size_t pending_fluffs_ = 0;                      // pending fluff actions
  ring_buffer<stem_ticket> aggregating_;                // some may be stale
  std::size_t releasable_count_ = 0;                    // number of the first of these, whose period is over
  io::time_point aggregation_ends_at_ = io::never;
  ring_buffer<order> actions_;
  sum relayed_sum_;
  sum own_sum_;
  dandelion_mode mode_ = dandelion_mode::stem;
  std::uint64_t epoch_ = 0;
  io::time_point epoch_ends_{};
  io::time_point now_{};
  stempool_statistics counted_;
};

}  // namespace pappus::peer
