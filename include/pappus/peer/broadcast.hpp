// News for many peers at once: encoded once, sent to whoever has them not, and counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include <pappus/peer/broadcast_report.hpp>
#include <pappus/peer/host.hpp>
#include <pappus/peer/identity.hpp>
#include <pappus/peer/info.hpp>
#include <pappus/peer/registry.hpp>
#include <pappus/peer/session/news_source.hpp>
#include <pappus/peer/session/session.hpp>
#include <pappus/wire/compact_block.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/header.hpp>
#include <pappus/wire/transaction.hpp>

namespace pappus::peer {

/// Whom a broadcast is for; empty: everybody. Called on the loop, before anything else is asked about a peer.
using peer_filter = std::function<bool(const peer_info& peer)>;

/// How a transaction is sent.
enum class transaction_form : std::uint8_t {
  announced,  // by the hash of its first kernel, to those that can ask by it; to others in full
  whole,      // in full to all
};

/// All calls complete at once: what they send waits in the outboxes, which serve the sources of news in turn. Each is
/// O(peers) and encodes once for each form that protocol versions have; all outboxes then share the same bytes.
///
/// What counts as known, and is not sent: A peer has a transaction when it has announced or sent it, or was sent
/// either. It has a block, and needs neither its header nor any form of it, when it has sent one of the three, since
/// what peers tell of they have accepted, or when it was sent a compact block or a block: what it still lacks it asks
/// for. When it was sent the header it needs that no more, but may be sent the rest. What was asked for and answered
/// changes nothing. So, as in Grin: own new blocks go as compact blocks, others header first.
class broadcaster {
public:
  /// All outlive it. `above` is asked for the features of what a transaction spends.
  broadcaster(const local_node& us, const session_registry& peers, const adapter& above) noexcept
      : us_(us), peers_(peers), host_(above) {}

  /// `source`: whose transaction it is to the outboxes.
  broadcast_report send(const wire::transaction_ptr& tx, const peer_filter& to = {},
                        transaction_form as = transaction_form::announced, news_source source = {});
  broadcast_report send(const wire::header& header, const peer_filter& to = {});
  broadcast_report send(const wire::compact_block_ptr& block, const peer_filter& to = {});
  broadcast_report send(const wire::block_ptr& block, const peer_filter& to = {});

  /// What the filter of each peer knows a transaction by.
  [[nodiscard]] fingerprint fingerprint_of(const wire::transaction& tx) const noexcept {
    return us_.seen.fingerprint_of(tx.kernel_hash(0));
  }

  /// Tells one peer, unless it has it.
  void tell(const session& peer, const wire::transaction_ptr& tx, transaction_form as, news_source source);

  /// The sum of all reports.
  [[nodiscard]] const broadcast_report& statistics() const noexcept { return counted_; }

  /// Answers a peer that has asked for a transaction, in full. False if its version has no form for it.
  bool answer(session& asked_by, const wire::transaction_ptr& tx);

private:
  template <class Known, class Encode, class Note>
  broadcast_report send_to(const peer_filter& to, news_source source, Known knows, Encode encode, Note note);
  template <class Message>
  broadcast_report send_block(const Message& said, const wire::hash& id, const peer_filter& to);

  const local_node& us_;
  const session_registry& peers_;
  const adapter& host_;
  broadcast_report counted_;
};

}  // namespace pappus::peer
