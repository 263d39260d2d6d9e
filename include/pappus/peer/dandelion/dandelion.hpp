// Dandelion in a node: carries out what the stempool wants, between the peers, the host and the store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <pappus/io/runtime.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/peer/adapter/adapter.hpp>
#include <pappus/peer/bridge/adapter_calls.hpp>
#include <pappus/peer/bridge/validator.hpp>
#include <pappus/peer/dandelion/diffusion.hpp>
#include <pappus/peer/dandelion/options.hpp>
#include <pappus/peer/dandelion/stem_action.hpp>
#include <pappus/peer/dandelion/stem_budget.hpp>
#include <pappus/peer/dandelion/stem_intake.hpp>
#include <pappus/peer/dandelion/stem_routes.hpp>
#include <pappus/peer/dandelion/stem_table.hpp>
#include <pappus/peer/dandelion/stempool.hpp>
#include <pappus/peer/relay/broadcast.hpp>
#include <pappus/peer/session/containment.hpp>
#include <pappus/peer/session/local_node.hpp>
#include <pappus/peer/session/session.hpp>
#include <pappus/peer/session/session_registry.hpp>
#include <pappus/peer/stem_result.hpp>
#include <pappus/peer/store/peer_store.hpp>
#include <pappus/wire/block.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/transaction.hpp>

namespace pappus::peer {

/// For the operator of the node alone: whoever else sees it learns what must not be known.
struct dandelion_status {
  std::uint64_t epoch = 0;  // counted from 1
  dandelion_mode mode = dandelion_mode::stem;
  io::duration epoch_left{};
  std::vector<std::uint64_t> relays;  // by their ids; drawn when they are first needed
  std::size_t transactions = 0;       // private ones
  std::size_t bytes = 0;
  stempool_statistics counted;
  adapter_call_statistics adapter_calls;  // to the host, but for those about what peers have sent
};

/// What has become of a transaction, and if the node has fluffed it, why.
struct stem_result {
  stem_outcome how = stem_outcome::invalid;
  std::optional<fluff_reason> why;
};

/// All that it is made with outlives it.
class dandelion final : private stem_relays {
public:
  // Called once, on the loop. Neither throws.
  using stemmed = std::function<void(result<void, std::string>)>;
  using ended = std::function<void(stem_result)>;

  struct dependencies {
    io::runtime& on;
    const local_node& us;
    const session_registry& peers;
    diffusion& spread;
    peer_store& kept;
    adapter_calls& asked;  // about what peers have sent
    validator& told;
    const adapter& above;
    dispatcher::maker home;
    containment& faults;
    bool looks_for_relays;  // whether there may be outbound peers that the host has not named
  };

  /// Throws `std::invalid_argument` for options that make no sense.
  dandelion(const dependencies& around, const dandelion_options& options);
  ~dandelion() = default;

  /// The store has been read: what the last run has left is armed again.
  void open();
  /// The node is stopping: from now on nothing is sent or given up, and who waits for a verdict on our own is
  /// forgotten.
  void close() noexcept {
    closed_ = true;
    again_.stop();
    adapter_calls_.close();
    waiting_.clear();
  }

  /// Sends a transaction of our own along the stem. `done` hears that it is on the disk and on its way, or why it is
  /// not: it is not valid, is here already, or there is no room; or, with the store's reason, that it is on its way but
  /// not stored yet.
  void stem(const wire::transaction_ptr& tx, stemmed done);

  /// Makes one public, whether it is here or not. From within a function of the host that this calls, one that is here
  /// goes out when that has returned, and nothing is reported of it.
  broadcast_report fluff(const wire::transaction_ptr& tx);

  /// `done` hears what becomes of one that is here; false if it is not.
  bool when_over(const wire::transaction& tx, ended done);

  /// A peer has sent it on the stem.
  void received(session& from, const wire::transaction_ptr& tx);

  /// A valid transaction is public, or in a block.
  void seen(const wire::transaction& tx);
  void confirmed(const wire::block& in);

  /// A session is leaving. What it has not been sent yet goes elsewhere.
  void forget(session& leaving);

  [[nodiscard]] dandelion_status status() const;
  /// What it holds of the node's memory, which tells of what is private.
  [[nodiscard]] std::size_t memory() const noexcept { return held_.bytes(); }
  /// What strangers have spent: nothing in it depends on what is private.
  [[nodiscard]] const stem_budget& budget() const noexcept { return budget_; }

private:
  /// Not written yet, as far as we know.
  struct sent {
    std::uint64_t frame = 0;
    stem_ticket which;
  };

  [[nodiscard]] bool is_there(std::uint64_t peer) const override;
  [[nodiscard]] std::vector<stem_relay> all() const override;
  [[nodiscard]] std::size_t room(std::uint64_t peer, bool own) const override;
  [[nodiscard]] std::size_t public_room() const override;
  [[nodiscard]] bool none_to_come() const override;
  [[nodiscard]] bool can_relay(const session& peer) const;

  void carry_out();
  void look_again(io::time_point when);
  void answered();
  void perform(const stem_action::validate& order);
  void perform(const stem_action::send& order);
  void perform(const stem_action::aggregate& order);
  void perform(const stem_action::fluff& order);
  void perform(const stem_action::persist& order);
  void perform(const stem_action::finished& order);
  void note_sent(session& to, stem_ticket which);
  void submit(const wire::transaction_ptr& tx, const stemmed& done);
  void take(std::uint64_t peer, const wire::transaction_ptr& tx);
  void restore(const stored_stem& kept);

  dependencies deps_;
  adapter_calls adapter_calls_;  // apart from all others, or their counters would tell of what is private
  stem_budget budget_;
  stem_intake intake_;
  stempool pool_;
  memory_budget::share held_;  // by it
  io::timer again_;
  std::map<std::uint64_t, std::vector<sent>> under_way_;  // by peer
  std::map<stem_ticket, stemmed> waiting_;                // for the verdict on our own
  std::map<stem_ticket, std::vector<ended>> asked_;       // about what will become of one
  broadcast_report told_;                                 // of the latest fluff
  std::uint64_t crowded_out_ = 0;  // stems not taken, since peers hold all the memory that they may
  bool carrying_out_ = false;
  bool closed_ = false;
};

}  // namespace pappus::peer
