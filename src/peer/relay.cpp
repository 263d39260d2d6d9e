#include <pappus/peer/relay.hpp>

namespace pappus::peer {

broadcast_report relay::broadcast(const wire::transaction_ptr& tx, const audience& to, transaction_form as) {
  const broadcast_report report = diffusion_.send(tx, to, as);
  if (report.sent != 0) ++relayed_;
  if (!to) dandelion_.seen(*tx);
  return report;
}

void relay::forget(session& leaving) {
  requests_.forget(leaving);
  dandelion_.forget(leaving);
}

void relay::transaction_received(session& from, const wire::transaction_ptr& tx, phase at) {
  ++received_;
  if (at == phase::stem) return dandelion_.received(from, tx);
  for (const wire::hash& kernel : tx->kernel_ids()) {
    from.note_known(kernel);
    requests_.arrived(kernel);
  }
  if (!host_.transaction_received) return;
  if (host_.transaction_received(tx, at, from.peer()) != verdict::accept) return;
  from.brought_transaction();
  broadcast(tx);
}

void relay::kernel_announced(session& by, const wire::hash& kernel) {
  by.note_known(kernel);
  if (!find(kernel)) requests_.announced(by, kernel);
}

void relay::transaction_requested(session& by, const wire::hash& kernel) {
  if (!by.takes_answers()) return;
  const wire::transaction_ptr found = find(kernel);
  if (found && broadcaster_.answer(by, found)) by.note_known(kernel);
}

wire::transaction_ptr relay::find(const wire::hash& kernel) const {
  return host_.find_transaction ? host_.find_transaction(kernel) : nullptr;
}

relay_statistics relay::statistics() const noexcept {
  relay_statistics now;
  static_cast<request_statistics&>(now) = requests_.statistics();
  now.received = received_;
  now.relayed = relayed_;
  return now;
}

}  // namespace pappus::peer
