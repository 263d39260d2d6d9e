// The state machine of Dandelion: what is done about private transactions, as events come in. It does nothing itself.
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

struct stempool_statistics {
  std::uint64_t admitted = 0;  // transactions of others and of our own
  std::uint64_t refused = 0;   // for want of room
  std::uint64_t repeated = 0;  // came again, from whomever
  std::uint64_t dropped = 0;   // ways that others' did not go, since too many waited for them
};

/// Why one of our own is not taken.
enum class stem_refusal : std::uint8_t {
  there,    // it is here as our own already, or another with its first kernel
  no_room,  // too many of our own are private
};

/// Private transactions, each with a deadline by which it is public or gone. Pure: time and chance are passed in, and
/// what is to be done is handed out as orders. Times must not step back. After each event, orders are to be taken until
/// there are none; they may be answered at once or later. An answer brings about nothing else that is due: where all is
/// answered at once, that would be everything in one turn.
///
/// A transaction is what all of it is: a copy with another offset, signature or proof is another. All chance but that
/// of an epoch's beginning follows from a secret and from what it is drawn for, so that what is here cannot be seen in
/// what is drawn for something else.
class stempool {
public:
  using order = std::variant<stem_action::validate, stem_action::send, stem_action::aggregate, stem_action::fluff,
                             stem_action::persist, stem_action::finished>;

  /// `apart`: relays are never two of one netgroup. What is passed by reference outlives it.
  stempool(const dandelion_options& options, const wire::chain_limits& by, bool apart, const stem_relays& outbound,
           io::random_source chance, io::time_point now);
  stempool(const stempool&) = delete;
  stempool& operator=(const stempool&) = delete;

  /// A peer sent it on the stem, the host has found it valid, and it is not public. O(log n), for the deadlines, and
  /// O(size), as all events but where it is said otherwise.
  void received(io::time_point now, const wire::transaction_ptr& tx, std::uint64_t source);

  /// The host has made it.
  [[nodiscard]] result<stem_ticket, stem_refusal> submit(io::time_point now, const wire::transaction_ptr& tx);

  /// The last run of the node has left one of our own behind: it is armed, and that is all. If its time has passed
  /// meanwhile it is verified and waits a while, at most `limits::stem_restart`: that it comes when the node has just
  /// started must not say whose it is.
  void restore(io::time_point now, const wire::transaction_ptr& tx, io::duration left);

  /// An order to verify is answered, or has got no answer: then the host is asked again about our own.
  void verified(io::time_point now, const stem_action::validate& asked, bool valid);
  void unanswered(io::time_point now, const stem_action::validate& asked);

  /// An order to send could not be carried out, or its peer was gone before it was written.
  void not_sent(io::time_point now, stem_ticket which, std::uint64_t relay);

  /// An order to aggregate is answered with what was made. What was left out is verified and fluffed by itself.
  void aggregated(io::time_point now, const stem_action::aggregate& asked,
                  const std::vector<wire::transaction_ptr>& made);

  /// A valid transaction or block with these kernels, in ascending order, is public: what is part of it is over.
  /// O(kernels).
  void made_public(std::span<const wire::hash> kernels, stem_outcome how);

  /// The host wants it public now; false if it is not here.
  bool release(const wire::transaction& tx);

  /// Does what is due, or the first `limits::stems_at_once` of it.
  void tick(io::time_point now);
  /// When something is, next.
  [[nodiscard]] io::time_point next_due() const noexcept;

  /// The next thing to be done; nothing if all is.
  [[nodiscard]] std::optional<order> next_order();

  [[nodiscard]] std::optional<stem_ticket> find(const wire::transaction& tx) const { return table_.find(name_of(tx)); }
  [[nodiscard]] std::size_t size() const noexcept { return table_.size(); }
  [[nodiscard]] std::size_t bytes() const noexcept { return others_.bytes + ours_.bytes; }
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

  // What comes in.
  [[nodiscard]] bool has_room(const wire::transaction& tx, std::uint64_t source) const;
  stem_ticket admit(const wire::transaction_ptr& tx, const stem_name& name, std::uint64_t source);
  void came_again(stem_ticket which, std::uint64_t source, const wire::transaction_ptr& tx);
  void adopt(stem_ticket which, const wire::transaction_ptr& tx);
  [[nodiscard]] bool is_ours(const wire::hash& kernel);
  void ask(stem_ticket which, const wire::transaction_ptr& tx, phase before);
  void go_on(stem_ticket which, const wire::transaction_ptr& tx);
  [[nodiscard]] wire::transaction_ptr tx_of(stem_ticket which) const;

  // How it leaves along the stem.
  template <class Function>
  void each_hop(stem_ticket which, Function function);
  [[nodiscard]] bool was_sent_to(stem_ticket which, std::uint64_t relay);
  [[nodiscard]] stem_hop* hop_of(stem_ticket which, std::uint64_t source);
  [[nodiscard]] bool send(stem_ticket which, stem_hop& by, const wire::transaction_ptr& tx);
  void send_or_wait(stem_ticket which, stem_hop& by, const wire::transaction_ptr& tx);
  void wait(stem_ticket which, const stem_hop& by);
  void send_waiting();

  // How it becomes public, or ends.
  void hold(stem_ticket which);
  void release_held();
  void time_is_up(stem_ticket which);
  void verify_again(stem_ticket which, fluff_reason why);
  [[nodiscard]] bool has_public_room() const;
  void put_off(stem_ticket which);
  void order_fluff(const wire::transaction_ptr& tx, fluff_reason why);
  void make_public(stem_ticket which, const wire::transaction_ptr& tx, fluff_reason why);
  void end(stem_ticket which, stem_outcome how, std::optional<fluff_reason> why);

  void begin_epoch();
  [[nodiscard]] std::uint64_t chance_of(stem_ticket which, std::uint64_t what_for) const;
  [[nodiscard]] io::duration embargo_of(stem_ticket which) const;

  dandelion_options options_;
  wire::chain_limits limits_;
  const stem_relays& outbound_;
  io::random_source chance_;
  stem_routes routes_;
  keyed_hash drawn_by_;
  stem_table table_;
  std::map<stem_ticket, own_transaction> own_;
  std::map<stem_ticket, std::vector<stem_hop>> further_;  // ways, beside the first, of those that came again
  std::map<std::uint64_t, std::size_t> by_peer_;          // how many each was the first to send
  stem_queue waiting_;                                    // some may not be here any more
  io::time_point retry_at_ = io::never;
  std::map<std::uint64_t, std::size_t> promised_;  // orders to send, by relay
  std::size_t going_public_ = 0;                   // orders to make one public
  ring_buffer<stem_ticket> held_;                  // some may not be here any more
  std::size_t releasing_ = 0;                      // the first of these, whose time is over
  io::time_point held_until_ = io::never;
  ring_buffer<order> orders_;
  sum others_;
  sum ours_;
  dandelion_mode mode_ = dandelion_mode::stem;
  std::uint64_t epoch_ = 0;
  io::time_point epoch_ends_{};
  io::time_point now_{};
  stempool_statistics counted_;
};

}  // namespace pappus::peer
