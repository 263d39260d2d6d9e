// What peers send on the stem, before anything looks whether it is here.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include <pappus/io/time.hpp>
#include <pappus/peer/adapter/adapter.hpp>
#include <pappus/peer/bridge/adapter_calls.hpp>
#include <pappus/peer/bridge/validator.hpp>
#include <pappus/peer/dandelion/stem_budget.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/peer/session/session.hpp>
#include <pappus/peer/session/session_registry.hpp>
#include <pappus/wire/transaction.hpp>

namespace pappus::peer {

/// Takes a stem from the budget of its sender's address, passes it over if it is public, and has the host judge it. It
/// knows nothing of the stempool: what follows for the sender, and when, is the same whether the transaction is private
/// here or not. One that comes again is asked about again.
class stem_intake {
public:
  struct dependencies {
    const session_registry& peers;
    adapter_calls& asked;
    validator& told;
    const adapter& above;
    stem_budget& budget;
  };

  /// Called with a transaction that the host has found valid, and the peer that has sent it, be that here or gone.
  using sink = std::function<void(std::uint64_t peer, const wire::transaction_ptr& tx)>;

  /// All it is made with outlives it.
  stem_intake(const dependencies& around, sink accepted) : deps_(around), accepted_(std::move(accepted)) {}
  stem_intake(const stem_intake&) = delete;
  stem_intake& operator=(const stem_intake&) = delete;

  /// A peer has sent it, in the epoch that ends then.
  void received(session& from, const wire::transaction_ptr& tx, io::time_point epoch_ends);

private:
  void judge(const peer_info& from, const wire::transaction_ptr& tx);
  void verify(const peer_info& from, const wire::transaction_ptr& tx);

  dependencies deps_;
  sink accepted_;
};

}  // namespace pappus::peer
