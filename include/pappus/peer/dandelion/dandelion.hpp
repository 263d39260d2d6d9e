// Dandelion of a node: carries out the stempool's actions with the peers, the adapter and the store.
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
#include <pappus/peer/adapter/application_inventory.hpp>
#include <pappus/peer/adapter/node_events.hpp>
#include <pappus/peer/adapter/pool_adapter.hpp>
#include <pappus/peer/adapter/public_lookups.hpp>
#include <pappus/peer/dandelion/diffusion.hpp>
#include <pappus/peer/dandelion/options.hpp>
#include <pappus/peer/dandelion/status.hpp>
#include <pappus/peer/dandelion/stem_action.hpp>
#include <pappus/peer/dandelion/stem_budget.hpp>
#include <pappus/peer/dandelion/stem_intake.hpp>
#include <pappus/peer/dandelion/stem_routes.hpp>
#include <pappus/peer/dandelion/stem_table.hpp>
#include <pappus/peer/dandelion/stempool.hpp>
#include <pappus/peer/relay/broadcaster.hpp>
#include <pappus/peer/session/exception_boundary.hpp>
#include <pappus/peer/session/local_node.hpp>
#include <pappus/peer/session/session.hpp>
#include <pappus/peer/session/session_registry.hpp>
#include <pappus/peer/stem_result.hpp>
#include <pappus/peer/store/peer_store.hpp>
#include <pappus/wire/block.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/transaction.hpp>

namespace pappus::peer {

/// All dependencies outlive it.
class dandelion final : private stem_relays {
public:
  // Called once, on the loop, unless `close` is called before. Must not throw.
  using stemmed = std::function<void(result<void>)>;
  using ended = std::function<void(result<stem_result>)>;

  struct dependencies {
    io::runtime& runtime;
    const local_node& local;
    const session_registry& peers;
    diffusion& diffuser;
    peer_store& store;
    pool_adapter& pool;
    application_inventory& inventory;
    node_events& events;
    exception_boundary& exceptions;
    bool looks_for_relays;  // whether there may be outbound peers without `connect` of the application
  };

  /// Throws `std::invalid_argument` for invalid options (`dandelion_options::check`).
  dandelion(const dependencies& deps, const dandelion_options& options);
  ~dandelion() = default;

  /// To be called when the store has been read: restores the private transactions of the last run.
  void open();
  /// To be called when the node stops: from now on nothing is sent or removed. Callbacks of `stem` are destroyed
  /// without being called: those that wait for a validation result now, those that wait for the look-up of their
  /// transaction by the `pool_adapter`. Those of `on_finished` are called with `errc::closed`.
  void close();

  /// Sends a transaction of the node's own along the stem. `done` is called with success when it is on the disk and on
  /// its way; or with the reason why it is not taken: it is invalid, here already or public, or there is no room; or,
  /// when it is on its way but not stored yet, with the store's reason.
  void stem(const wire::transaction_ptr& tx, stemmed done);

  /// Makes a transaction public, whether it is in the stempool or not. If an adapter function that this object is
  /// calling calls this, a transaction in the stempool is sent after that function has returned, and the report is
  /// empty.
  broadcast_report fluff(const wire::transaction_ptr& tx);

  /// Calls `done` with the outcome of a transaction in the stempool, or with `errc::closed` when the node stops before;
  /// false if it is not there.
  bool on_finished(const wire::transaction& tx, ended done);

  /// To be called when a peer has sent a stem transaction.
  void received(session& session, const wire::transaction_ptr& tx);

  /// To be called when a valid transaction is public, or in a block.
  void seen(const wire::transaction& tx);
  void confirmed(const wire::block& in);

  /// To be called when a session has ended. Transactions that were queued to it and not written go by other routes.
  void forget(session& session);

  [[nodiscard]] dandelion_status status() const;
  /// Bytes held, of the node's memory budget. Reveals private transactions.
  [[nodiscard]] std::size_t memory() const noexcept { return memory_reservation_.bytes(); }
  /// Use of the stem limits by peers. Nothing in it depends on private transactions.
  [[nodiscard]] const stem_budget& budget() const noexcept { return budget_; }

private:
  /// A frame that was not written yet when last checked.
  struct sent {
    std::uint64_t frame = 0;
    stem_ticket ticket;
  };

  [[nodiscard]] bool is_connected(std::uint64_t peer) const override;
  [[nodiscard]] std::vector<stem_relay> candidates() const override;
  [[nodiscard]] std::size_t room(std::uint64_t peer, bool own) const override;
  [[nodiscard]] std::size_t public_room() const override;
  [[nodiscard]] bool none_expected() const override;
  [[nodiscard]] bool can_relay(const session& peer) const;

  void execute();
  void look_again(io::time_point when);
  void answered();
  void perform(const stem_action::validate& order);
  void perform(const stem_action::send& order);
  void perform(const stem_action::aggregate& order);
  void perform(const stem_action::fluff& order);
  void perform(const stem_action::persist& order);
  void perform(const stem_action::finished& order);
  void note_sent(session& session, stem_ticket ticket);
  void submit(const wire::transaction_ptr& tx, const stemmed& done);
  void take(std::uint64_t peer, const wire::transaction_ptr& tx);
  void restore(const stem_transaction& stored);
  void made_public(const std::vector<wire::hash>& kernels, stem_outcome outcome);

  dependencies deps_;
  stem_budget budget_;
  stem_intake intake_;
  stempool pool_;
  memory_budget::reservation memory_reservation_;  // by `pool_`
  io::timer retry_timer_;
  std::map<std::uint64_t, std::vector<sent>> unconfirmed_;     // by peer
  public_lookups lookups_;                                     // of `stem`
  std::map<stem_ticket, stemmed> waiting_;                     // for the validation of the node's own
  std::map<stem_ticket, std::vector<ended>> finish_handlers_;  // callbacks of `on_finished`
  broadcast_report last_report_;                               // of the latest fluff
  std::uint64_t rejected_for_memory_ = 0;  // stems not taken: peers hold all the memory that they may
  bool is_executing_ = false;
  bool closed_ = false;
};

}  // namespace pappus::peer
