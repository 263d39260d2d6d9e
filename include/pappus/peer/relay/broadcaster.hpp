// Broadcasts to many peers: encodes once, sends to the peers that do not have the item, and counts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include <pappus/peer/adapter/pool_adapter.hpp>
#include <pappus/peer/broadcast_report.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/peer/relay/known_items.hpp>
#include <pappus/peer/relay/peer_filter.hpp>
#include <pappus/peer/session/announcement_source.hpp>
#include <pappus/peer/session/local_node.hpp>
#include <pappus/peer/session/session.hpp>
#include <pappus/peer/session/session_registry.hpp>
#include <pappus/wire/compact_block.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/header.hpp>
#include <pappus/wire/transaction.hpp>

namespace pappus::peer {

/// All calls complete at once: the frames wait in the send queues, which serve the sources of announcements in turn.
/// Each call but `send_to_peer` is O(peers) and encodes once for each form that protocol versions have; all send queues
/// share the same bytes.
///
/// What counts as known, and is not sent: A peer has a transaction when it has announced or sent it, or was sent
/// either. It has a block, and needs neither its header nor any form of it, when it has sent one of the three, since
/// peers announce what they have accepted, or when it was sent a compact block or a block: it requests what it still
/// lacks. After it was sent the header it may still be sent the compact block or the block. Responses to requests
/// change nothing. So, as in Grin: own new blocks go as compact blocks, others header first.
class broadcaster {
public:
  /// All arguments outlive it. The adapter is called for the features of the outputs that a transaction spends.
  broadcaster(const local_node& local, const session_registry& peers, known_items& known, pool_adapter& pool) noexcept
      : local_(local), peers_(peers), known_(known), pool_(pool) {}

  /// `source`: whose transaction it is to the send queues.
  broadcast_report send(const wire::transaction_ptr& tx, const peer_filter& filter = {},
                        transaction_form form = transaction_form::announced, announcement_source source = {});
  broadcast_report send(const wire::header& header, const peer_filter& filter = {});
  broadcast_report send(const wire::compact_block_ptr& block, const peer_filter& filter = {});
  broadcast_report send(const wire::block_ptr& block, const peer_filter& filter = {});

  /// The fingerprint of a transaction in every peer's filter.
  [[nodiscard]] fingerprint fingerprint_of(const wire::transaction& tx) const noexcept {
    return known_.fingerprint_of(tx.kernel_hash(0));
  }

  /// Sends to one peer, unless the peer has it. O(1), and encodes for that peer alone.
  void send_to_peer(session& peer, const wire::transaction_ptr& tx, transaction_form form, announcement_source source);

  /// Sum of all reports.
  [[nodiscard]] const broadcast_report& statistics() const noexcept { return counted_; }

  /// Sends a transaction in full to a peer that has requested it. False if the peer's version has no form for it.
  bool respond(session& asked_by, const wire::transaction_ptr& tx);

private:
  class transaction_sending;

  template <class Sending>
  broadcast_report send_to(const peer_filter& filter, announcement_source source, Sending how);
  template <class Sending>
  [[nodiscard]] static broadcast_report send_to_one(session& peer, announcement_source source, Sending& how);
  template <class Message>
  broadcast_report send_block(const Message& message, const wire::hash& id, const peer_filter& filter);

  const local_node& local_;
  const session_registry& peers_;
  known_items& known_;
  pool_adapter& pool_;
  broadcast_report counted_;
};

}  // namespace pappus::peer
