#include <optional>
#include <utility>

#include <pappus/peer/handlers/transaction_relay.hpp>

namespace pappus::peer {

broadcast_report transaction_relay::broadcast(const wire::transaction_ptr& tx, const peer_filter& to,
                                              transaction_form as, announcement_source source) {
  const broadcast_report report = deps_.spread.send(tx, to, as, source);
  if (report.sent != 0) ++relayed_;
  if (to) return report;
  downloads_.not_needed(tx->kernel_hashes());
  deps_.stems.seen(*tx);
  return report;
}

void transaction_relay::forget(session& leaving) {
  downloads_.left(leaving);
  deps_.stems.forget(leaving);
}

void transaction_relay::transaction_received(session& from, const wire::transaction_ptr& tx, phase at) {
  ++received_;
  if (at == phase::stem) return deps_.stems.received(from, tx);
  for (const wire::hash& kernel : tx->kernel_hashes()) deps_.known.add(from, kernel);
  const bool wanted = downloads_.received(from, *tx);
  const announcement_source source = announcement_source::of(from.peer());
  const auto validated = [this, tx, source](const peer_info& sender, const std::optional<validation_result>& result) {
    downloads_.validated(sender.id, *tx, result);
    if (result != validation_result::accept) return;
    if (const session* const by = deps_.peers.find(sender.id)) deps_.useful.sent_transaction(*by);
    broadcast(tx, {}, transaction_form::announced, source);
  };
  deps_.pool.transaction_received(tx, from.peer(), wanted, validated);
}

/// Has the adapter look up a public transaction, and calls `then` with it, or null, if the session still exists.
template <class Then>
void transaction_relay::look_up(const session& by, const wire::hash& kernel, Then then) {
  const auto looked_up = [this, then, peer = by.peer().id](std::optional<wire::transaction_ptr> found) {
    if (session* const from = deps_.peers.find(peer)) then(*from, std::move(found).value_or(nullptr));
  };
  deps_.pool.get_transaction(kernel, &by.peer(), looked_up);
}

void transaction_relay::kernel_announced(session& by, const wire::hash& kernel) {
  deps_.known.add(by, kernel);
  if (deps_.inventory.contains(inventory_type::transaction, kernel)) return;
  if (downloads_.is_open(kernel)) return downloads_.announced(by, kernel);
  look_up(by, kernel, [this, kernel](session& from, const wire::transaction_ptr& found) {
    if (found == nullptr) downloads_.announced(from, kernel);
  });
}

void transaction_relay::transaction_requested(session& by, const wire::hash& kernel) {
  if (!by.accepts_responses()) return;
  if (by.may_respond()) answer(by, kernel);
  else postpone(by, kernel);
}

void transaction_relay::answer(session& by, const wire::hash& kernel) {
  look_up(by, kernel, [this, kernel](session& to, const wire::transaction_ptr& found) {
    if (found == nullptr) return;
    if (!to.charged_account().answers.allows(deps_.runtime.now())) return postpone(to, kernel);
    if (deps_.to.respond(to, found)) deps_.known.add(to, kernel);
  });
}

/// Delays the response until the peer's quota allows it.
void transaction_relay::postpone(session& by, const wire::hash& kernel) {
  static_cast<void>(by.postpone([this, &by, kernel] { answer(by, kernel); }));
}

relay_statistics transaction_relay::statistics() const noexcept {
  relay_statistics now;
  static_cast<request_statistics&>(now) = downloads_.statistics();
  now.received = received_;
  now.relayed = relayed_;
  now.over_budget = deps_.stems.budget().refused();
  now.budgets = deps_.stems.budget().size();
  return now;
}

}  // namespace pappus::peer
