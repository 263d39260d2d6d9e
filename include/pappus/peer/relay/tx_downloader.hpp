// Requests announced transactions from peers, as decided by the tracker.
#pragma once

#include <cstdint>
#include <optional>

#include <pappus/io/runtime.hpp>
#include <pappus/io/timer_queue.hpp>
#include <pappus/peer/adapter/application_inventory.hpp>
#include <pappus/peer/adapter/validation_result.hpp>
#include <pappus/peer/relay/tx_request_tracker.hpp>
#include <pappus/peer/session/local_node.hpp>
#include <pappus/peer/session/session.hpp>
#include <pappus/peer/session/session_registry.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/transaction.hpp>

namespace pappus::peer {

/// Drives a `tx_request_tracker`: passes the time and sends its requests. Its arguments outlive it.
class tx_downloader final : private io::timer_node {
public:
  tx_downloader(io::runtime& runtime, const local_node& local, const session_registry& peers,
                application_inventory& inventory)
      : runtime_(runtime), peers_(peers), inventory_(inventory), tracker_(keyed_hash{local.secret}) {}

  /// A peer has announced a transaction that the application does not have and was not notified of.
  void announced(const session& session, const wire::hash& kernel);

  /// Whether the transaction is being requested, or may be. O(log n).
  [[nodiscard]] bool is_open(const wire::hash& kernel) const { return tracker_.is_open(kernel); }

  /// A peer has sent a transaction, which is about to be validated. Returns whether it was requested from that peer.
  bool received(const session& session, const wire::transaction& tx);

  /// The validation result of what that peer has sent, or that there is none.
  void validated(std::uint64_t from, const wire::transaction& tx, const std::optional<validation_result>& result);

  /// Transactions with these kernels are not needed any more.
  template <class Kernels>
  void not_needed(const Kernels& kernels) {
    for (const wire::hash& each : kernels) tracker_.not_needed(runtime_.now(), each);
    execute();
  }

  /// A session is about to end: what was requested from it is requested from others.
  void left(const session& session);

  [[nodiscard]] tx_request_statistics statistics() const noexcept { return tracker_.statistics(); }

private:
  void on_timer() noexcept override;
  void execute();
  void request(session& peer, const tx_request& next);

  io::runtime& runtime_;
  const session_registry& peers_;
  application_inventory& inventory_;
  tx_request_tracker tracker_;
};

}  // namespace pappus::peer
