// Intake of stem transactions from peers, independent of the stempool's content.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include <pappus/io/time.hpp>
#include <pappus/peer/adapter/application_inventory.hpp>
#include <pappus/peer/adapter/pool_adapter.hpp>
#include <pappus/peer/dandelion/stem_budget.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/peer/session/session.hpp>
#include <pappus/peer/session/session_registry.hpp>
#include <pappus/wire/transaction.hpp>

namespace pappus::peer {

/// Charges a stem transaction to the budget of its sender's address, ignores it if it is public, and has the adapter
/// validate it. Does not access the stempool: what the sender can observe, and when, is the same whether the
/// transaction is in the stempool or not. The adapter is called again for each repetition.
class stem_intake {
public:
  struct dependencies {
    const session_registry& peers;
    pool_adapter& pool;
    application_inventory& inventory;
    stem_budget& budget;
  };

  /// Called with a transaction that the adapter has found valid and the id of the peer that has sent it, connected or
  /// not.
  using sink = std::function<void(std::uint64_t peer, const wire::transaction_ptr& tx)>;

  /// All dependencies outlive it.
  stem_intake(const dependencies& deps, sink accepted) : deps_(deps), accepted_(std::move(accepted)) {}
  stem_intake(const stem_intake&) = delete;
  stem_intake& operator=(const stem_intake&) = delete;

  /// To be called when a peer has sent a stem transaction, in the epoch that ends at `epoch_ends`.
  void received(session& session, const wire::transaction_ptr& tx, io::time_point epoch_ends);

private:
  void submit(const peer_info& peer, const wire::transaction_ptr& tx);
  void validate(const peer_info& peer, const wire::transaction_ptr& tx);

  dependencies deps_;
  sink accepted_;
};

}  // namespace pappus::peer
