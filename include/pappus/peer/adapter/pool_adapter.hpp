// Interface of the application's transaction pool: what the peer level tells and asks it.
#pragma once

#include <optional>
#include <vector>

#include <pappus/io/time.hpp>
#include <pappus/peer/adapter/completion.hpp>
#include <pappus/peer/adapter/validation_result.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/peer/phase.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/output.hpp>
#include <pappus/wire/transaction.hpp>

namespace pappus::peer {

/// Called on the loop; no function throws an exception of the application. Calls on behalf of a peer are limited in
/// number, bytes and time, and have no result when there is no room; those of the node itself are always made. `peer`:
/// the peer, or null for the node itself, whose calls are counted apart, since they depend on private transactions.
/// Implemented by `integration::adapter_bridge`.
class pool_adapter {
public:
  /// A peer has sent a public transaction. `requested`: the node has requested it, so the application is to validate it
  /// even if it counts as notified of it. For `done` see `chain_adapter`.
  virtual void transaction_received(const wire::transaction_ptr& tx, const peer_info& peer, bool requested,
                                    validation_handler done) = 0;

  /// A peer has sent a stem transaction. The application is called each time that it comes.
  virtual void stem_transaction_received(const wire::transaction_ptr& tx, const peer_info& peer,
                                         validation_handler done) = 0;

  /// The public transaction with that kernel; null or nothing if there is none.
  virtual void get_transaction(const wire::hash& kernel, const peer_info* peer,
                               completion<wire::transaction_ptr> done) = 0;

  /// Whether a transaction is valid. A result that comes after `timeout` is ignored.
  virtual void validate_tx(const wire::transaction_ptr& tx, phase before, const peer_info* peer, io::duration timeout,
                           completion<bool> done) = 0;

  /// Aggregates transactions of other nodes for the node itself; see `integration::adapter`.
  virtual void aggregate_transactions(const std::vector<wire::transaction_ptr>& held,
                                      completion<std::vector<wire::transaction_ptr>> done) = 0;

  /// The features of an output, if known; for peers whose protocol version needs them.
  [[nodiscard]] virtual std::optional<wire::output_features> get_output_features(const wire::commitment& spent) = 0;

  pool_adapter(const pool_adapter&) = delete;
  pool_adapter& operator=(const pool_adapter&) = delete;

protected:
  pool_adapter() = default;
  ~pool_adapter() = default;
};

}  // namespace pappus::peer
