// Transaction relay: announces by kernel hash, requests each transaction once, and relays it to the peers that do not
// have it.
#pragma once

#include <cstdint>

#include <pappus/io/runtime.hpp>
#include <pappus/peer/adapter/application_inventory.hpp>
#include <pappus/peer/adapter/pool_adapter.hpp>
#include <pappus/peer/connections/last_valid_times.hpp>
#include <pappus/peer/dandelion/dandelion.hpp>
#include <pappus/peer/dandelion/diffusion.hpp>
#include <pappus/peer/handlers/statistics.hpp>
#include <pappus/peer/private_broadcast/private_broadcaster.hpp>
#include <pappus/peer/relay/broadcaster.hpp>
#include <pappus/peer/relay/known_items.hpp>
#include <pappus/peer/relay/tx_downloader.hpp>
#include <pappus/peer/session/announcement_source.hpp>
#include <pappus/peer/session/local_node.hpp>
#include <pappus/peer/session/session.hpp>
#include <pappus/peer/session/session_registry.hpp>

namespace pappus::peer {

/// Handler of the transaction messages of peers. In the send queues a transaction has the peer that sent it as its
/// source. A peer is not sent what it sent, except for what it sent on the stem: that must not count as known, or the
/// later fluff would be lost.
class transaction_relay final : public transaction_message_handler {
public:
  struct dependencies {
    io::runtime& runtime;
    const local_node& local;
    const session_registry& peers;
    pool_adapter& pool;
    application_inventory& inventory;
    known_items& known;
    last_valid_times& last_valid;
    broadcaster& to;
    diffusion& diffuser;
    dandelion& stems;
    private_broadcaster& own;
  };

  /// All dependencies outlive it.
  explicit transaction_relay(const dependencies& deps)
      : deps_(deps), downloads_(deps.runtime, deps.local, deps.peers, deps.inventory) {}

  /// Sends to every selected peer that is not known to have it. A transaction sent without a `peer_filter` is public
  /// from then on.
  broadcast_report broadcast(const wire::transaction_ptr& tx, const peer_filter& filter = {},
                             transaction_form form = transaction_form::announced);

  /// The application has transactions with these kernels, or needs them no more: they are not requested any more.
  template <class Kernels>
  void not_needed(const Kernels& kernels) {
    downloads_.not_needed(kernels);
  }

  /// To be called when a session ends: what was requested from it is requested from others.
  void forget(session& session) override;

  [[nodiscard]] relay_statistics statistics() const noexcept;

  void transaction_received(session& session, const wire::transaction_ptr& tx) override;
  void stem_transaction_received(session& session, const wire::transaction_ptr& tx) override;
  void kernel_announced(session& session, const wire::hash& kernel) override;
  void transaction_requested(session& session, const wire::hash& kernel) override;

private:
  broadcast_report send(const wire::transaction_ptr& tx, const peer_filter& filter, transaction_form form,
                        announcement_source source);
  void answer(session& session, const wire::hash& kernel);
  void postpone(session& session, const wire::hash& kernel);
  template <class Then>
  void look_up(const session& session, const wire::hash& kernel, Then then);

  dependencies deps_;
  tx_downloader downloads_;
  std::uint64_t received_ = 0;
  std::uint64_t relayed_ = 0;
};

}  // namespace pappus::peer
