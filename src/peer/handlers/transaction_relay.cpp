#include <optional>
#include <utility>

#include <pappus/peer/handlers/transaction_relay.hpp>

namespace pappus::peer {

broadcast_report transaction_relay::broadcast(const wire::transaction_ptr& tx, const peer_filter& filter,
                                              transaction_form form) {
  const broadcast_report report = send(tx, filter, form, {});
  if (!filter) deps_.own.seen(*tx);
  return report;
}

broadcast_report transaction_relay::send(const wire::transaction_ptr& tx, const peer_filter& filter,
                                         transaction_form form, announcement_source source) {
  const broadcast_report report = deps_.diffuser.send(tx, filter, form, source);
  if (report.sent != 0) ++relayed_;
  if (filter) return report;
  downloads_.not_needed(tx->kernel_hashes());
  deps_.stems.seen(*tx);
  return report;
}

void transaction_relay::forget(session& session) {
  downloads_.left(session);
  deps_.stems.forget(session);
}

void transaction_relay::stem_transaction_received(session& session, const wire::transaction_ptr& tx) {
  ++received_;
  deps_.stems.received(session, tx);
}

void transaction_relay::transaction_received(session& session, const wire::transaction_ptr& tx) {
  ++received_;
  for (const wire::hash& kernel : tx->kernel_hashes()) {
    deps_.known.add(session, kernel);
    deps_.own.announced(session.peer(), kernel);
  }
  const bool wanted = downloads_.received(session, *tx);
  const announcement_source source = announcement_source::of(session.peer());
  const auto validated = [this, tx, source](const peer_info& sender, const std::optional<validation_result>& result) {
    downloads_.validated(sender.id, *tx, result);
    if (result != validation_result::accept) return;
    if (const peer::session* const found = deps_.peers.find(sender.id)) deps_.last_valid.sent_transaction(*found);
    send(tx, {}, transaction_form::announced, source);
    deps_.own.received(sender, *tx);
  };
  deps_.pool.transaction_received(tx, session.peer(), wanted, validated);
}

/// Has the adapter look up a public transaction, and calls `then` with it, or null, if the session still exists.
template <class Then>
void transaction_relay::look_up(const session& session, const wire::hash& kernel, Then then) {
  const auto looked_up = [this, then, peer = session.peer().id](std::optional<wire::transaction_ptr> found) {
    if (peer::session* const from = deps_.peers.find(peer)) then(*from, std::move(found).value_or(nullptr));
  };
  deps_.pool.get_transaction(kernel, &session.peer(), looked_up);
}

void transaction_relay::kernel_announced(session& session, const wire::hash& kernel) {
  deps_.known.add(session, kernel);
  deps_.own.announced(session.peer(), kernel);
  if (deps_.inventory.contains(inventory_type::transaction, kernel)) return;
  if (downloads_.is_open(kernel)) return downloads_.announced(session, kernel);
  look_up(session, kernel, [this, kernel](peer::session& peer, const wire::transaction_ptr& found) {
    if (found == nullptr) downloads_.announced(peer, kernel);
  });
}

void transaction_relay::transaction_requested(session& session, const wire::hash& kernel) {
  if (!session.accepts_responses()) return;
  if (session.may_respond()) answer(session, kernel);
  else postpone(session, kernel);
}

void transaction_relay::answer(session& session, const wire::hash& kernel) {
  look_up(session, kernel, [this, kernel](peer::session& peer, const wire::transaction_ptr& found) {
    if (found == nullptr || !peer.accepts_responses()) return;
    if (!peer.charged_account().answers.allows(deps_.runtime.now())) return postpone(peer, kernel);
    if (deps_.to.respond(peer, found)) deps_.known.add(peer, kernel);
  });
}

/// Delays the response until the peer's quota allows it.
void transaction_relay::postpone(session& session, const wire::hash& kernel) {
  static_cast<void>(session.postpone([this, &session, kernel] { answer(session, kernel); }));
}

relay_statistics transaction_relay::statistics() const noexcept {
  relay_statistics now;
  static_cast<tx_request_statistics&>(now) = downloads_.statistics();
  now.received = received_;
  now.relayed = relayed_;
  now.stems_over_limit = deps_.stems.budget().refused();
  now.stem_accounts = deps_.stems.budget().size();
  return now;
}

}  // namespace pappus::peer
