#include <array>
#include <optional>
#include <utility>

#include <pappus/peer/adapter/known_features.hpp>
#include <pappus/peer/relay/broadcaster.hpp>

namespace pappus::peer {
namespace {

using wire::messages::transaction_kernel;

/// The frame of one message in each form, encoded when the first peer needs it and then shared.
template <wire::message Message>
class shared_frame {
public:
  shared_frame(const local_node& local, Message said) : local_(local), said_(std::move(said)) {}

  /// Nothing if the message cannot be encoded in that form.
  [[nodiscard]] const std::optional<wire::shared_bytes>& at(wire::protocol_version version) {
    made& form = forms_[static_cast<std::size_t>(wire::form_of(version))];
    if (!std::exchange(form.tried, true)) {
      auto encoded = session_messages::encode_shared(said_, local_.chain, version, *local_.memory);
      if (encoded) form.frame = *std::move(encoded);
    }
    return form.frame;
  }

private:
  struct made {
    bool tried = false;
    std::optional<wire::shared_bytes> frame;
  };

  const local_node& local_;
  Message said_;
  std::array<made, 3> forms_;  // by body_form
};

/// A transaction in full. Peers at version 2 or below expect the features of each spent output: the adapter is called
/// for them.
class whole_transaction {
public:
  whole_transaction(const local_node& local, pool_adapter& pool, const wire::transaction_ptr& tx)
      : local_(local), pool_(pool), tx_(tx), as_it_is_(local, wire::messages::transaction{tx}) {}

  [[nodiscard]] const std::optional<wire::shared_bytes>& at(wire::protocol_version version) {
    if (!version.has_input_features() || tx_->form() != wire::body_form::commitments) return as_it_is_.at(version);
    if (!featured_) {
      featured_.emplace(local_,
                        wire::messages::transaction{with_known_features(tx_, version, pool_, local_.chain.limits)});
    }
    return featured_->at(version);
  }

private:
  const local_node& local_;
  pool_adapter& pool_;
  const wire::transaction_ptr& tx_;
  shared_frame<wire::messages::transaction> as_it_is_;
  std::optional<shared_frame<wire::messages::transaction>> featured_;  // created when needed
};

/// How an item is sent to each peer. `knows(session)`: whether a peer has it already. `encode(peer_info)`: the frame
/// for a peer. `note(session)`: records that it was sent.
template <class Known, class Encode, class Note>
struct sending {
  Known knows;
  Encode encode;
  Note note;
};
template <class Known, class Encode, class Note>
sending(Known, Encode, Note) -> sending<Known, Encode, Note>;

}  // namespace

/// As `sending`, for a transaction.
class broadcaster::transaction_sending {
public:
  transaction_sending(broadcaster& owner, const wire::transaction_ptr& tx, transaction_form form)
      : known_(owner.known_),
        print_(owner.fingerprint_of(*tx)),
        announced_(form == transaction_form::announced),
        announcement_(owner.local_, {tx->kernel_hash(0)}),
        whole_(owner.local_, owner.pool_, tx) {}

  [[nodiscard]] bool knows(session& peer) const { return known_.contains(peer, print_); }
  [[nodiscard]] const std::optional<wire::shared_bytes>& encode(const peer_info& peer) {
    const bool asks = peer.capabilities.has(wire::capability::tx_kernel_hash);
    return asks && announced_ ? announcement_.at(peer.version) : whole_.at(peer.version);
  }
  void note(session& peer) { known_.add(peer, print_); }

private:
  known_items& known_;
  fingerprint print_;
  bool announced_;
  shared_frame<transaction_kernel> announcement_;
  whole_transaction whole_;
};

template <class Sending>
broadcast_report broadcaster::send_to(const peer_filter& filter, announcement_source source, Sending how) {
  broadcast_report report;
  for (session* const each : peers_.sessions()) {
    if (!filter || filter(each->peer())) report += send_to_one(*each, source, how);
  }
  counted_ += report;
  return report;
}

template <class Sending>
broadcast_report broadcaster::send_to_one(session& peer, announcement_source source, Sending& how) {
  if (how.knows(peer)) return {.already_known = 1};
  if (peer.is_congested(source)) return {.congested = 1};
  const std::optional<wire::shared_bytes>& frame = how.encode(peer.peer());
  if (!frame || peer.is_ending()) return {.unsendable = 1};
  how.note(peer);
  peer.send_frame(*frame, send_priority::announcements, source);
  return {.sent = 1};
}

broadcast_report broadcaster::send(const wire::transaction_ptr& tx, const peer_filter& filter, transaction_form form,
                                   announcement_source source) {
  return send_to(filter, source, transaction_sending{*this, tx, form});
}

void broadcaster::send_to_peer(session& peer, const wire::transaction_ptr& tx, transaction_form form,
                               announcement_source source) {
  transaction_sending how{*this, tx, form};
  counted_ += send_to_one(peer, source, how);
}

broadcast_report broadcaster::send(const wire::header& header, const peer_filter& filter) {
  const fingerprint whole = known_.fingerprint_of(header.hash());
  const fingerprint alone = known_.fingerprint_of(header.hash(), known_part::header);
  shared_frame<wire::messages::header> frame{local_, wire::messages::header{header}};
  return send_to(filter, announcement_source::chain(),
                 sending{[&](session& peer) { return known_.contains(peer, whole) || known_.contains(peer, alone); },
                         [&](const peer_info& peer) -> decltype(auto) { return frame.at(peer.version); },
                         [&](session& peer) { known_.add(peer, alone); }});
}

template <class Message>
broadcast_report broadcaster::send_block(const Message& message, const wire::hash& id, const peer_filter& filter) {
  const fingerprint print = known_.fingerprint_of(id);
  shared_frame<Message> frame{local_, message};
  return send_to(filter, announcement_source::chain(),
                 sending{[&](session& peer) { return known_.contains(peer, print); },
                         [&](const peer_info& peer) -> decltype(auto) { return frame.at(peer.version); },
                         [&](session& peer) { known_.add(peer, print); }});
}

broadcast_report broadcaster::send(const wire::compact_block_ptr& block, const peer_filter& filter) {
  return send_block(wire::messages::compact_block{block}, block->hash(), filter);
}

broadcast_report broadcaster::send(const wire::block_ptr& block, const peer_filter& filter) {
  return send_block(wire::messages::block{block}, block->hash(), filter);
}

bool broadcaster::respond(session& asked_by, const wire::transaction_ptr& tx) {
  whole_transaction whole{local_, pool_, tx};
  const std::optional<wire::shared_bytes>& frame = whole.at(asked_by.peer().version);
  if (!frame) return false;
  asked_by.send_frame(*frame, send_priority::responses);
  asked_by.note_response(frame->size());
  return true;
}

}  // namespace pappus::peer
