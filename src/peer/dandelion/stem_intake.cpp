#include <optional>

#include <pappus/peer/dandelion/stem_intake.hpp>

namespace pappus::peer {

void stem_intake::received(session& from, const wire::transaction_ptr& tx, io::time_point epoch_ends) {
  const std::uint64_t peer = from.peer().id;
  const bool exempt = from.peer().exempt;
  if (!exempt && !deps_.budget.take(from.peer().endpoint.address, tx->raw_bytes().size(), epoch_ends)) return;
  if (deps_.told.has_told(inventory_type::transaction, tx->kernel_hashes())) return;
  const auto looked_up = [this, peer, tx](std::optional<wire::transaction_ptr> found) {
    const session* const by = deps_.peers.find(peer);
    const bool is_public = found && *found != nullptr;
    if (!is_public && by != nullptr) judge(by->peer(), tx);
  };
  deps_.asked.ask(deps_.above.get_transaction, {adapter_method::get_transaction, from.peer()}, looked_up,
                  tx->kernel_hash(0));
}

/// A rejected transaction is punished like a rejected fluffed one.
void stem_intake::judge(const peer_info& from, const wire::transaction_ptr& tx) {
  const auto judged = [this, from, tx](std::optional<validation_result> found) {
    if (!found) return;
    if (found->rejects()) deps_.told.punish(from, *found);
    else if (*found == validation_result::accept) verify(from, tx);
  };
  const adapter_call about{adapter_method::transaction_received, from, tx->raw_bytes().size()};
  deps_.asked.ask(deps_.above.transaction_received, about, judged, tx, phase::stem, from);
}

void stem_intake::verify(const peer_info& from, const wire::transaction_ptr& tx) {
  if (!deps_.above.validate_tx) return accepted_(from.id, tx);
  const auto verified = [this, peer = from.id, tx](std::optional<bool> valid) {
    if (valid.value_or(false)) accepted_(peer, tx);
  };
  const adapter_call about{adapter_method::validate_tx, from, tx->raw_bytes().size()};
  deps_.asked.ask(deps_.above.validate_tx, about, verified, tx, phase::stem);
}

}  // namespace pappus::peer
