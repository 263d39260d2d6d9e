#include <optional>

#include <pappus/peer/adapter/limits.hpp>
#include <pappus/peer/dandelion/stem_intake.hpp>

namespace pappus::peer {

void stem_intake::received(session& from, const wire::transaction_ptr& tx, io::time_point epoch_ends) {
  const std::uint64_t peer = from.peer().id;
  const bool exempt = from.peer().exempt;
  if (!exempt && !deps_.budget.try_consume(from.peer().endpoint.address, tx->raw_bytes().size(), epoch_ends)) return;
  if (deps_.inventory.contains(*tx)) return;
  const auto looked_up = [this, peer, tx](const std::optional<wire::transaction_ptr>& found) {
    const session* const by = deps_.peers.find(peer);
    const bool is_public = found && *found != nullptr;
    if (!is_public && by != nullptr) submit(by->peer(), tx);
  };
  deps_.pool.get_transaction(tx->kernel_hash(0), &from.peer(), looked_up);
}

void stem_intake::submit(const peer_info& from, const wire::transaction_ptr& tx) {
  const auto validated = [this, tx](const peer_info& sender, const std::optional<validation_result>& result) {
    if (result == validation_result::accept) validate(sender, tx);
  };
  deps_.pool.stem_transaction_received(tx, from, validated);
}

void stem_intake::validate(const peer_info& from, const wire::transaction_ptr& tx) {
  const auto validated = [this, peer = from.id, tx](std::optional<bool> valid) {
    if (valid.value_or(false)) accepted_(peer, tx);
  };
  deps_.pool.validate_tx(tx, phase::stem, &from, limits::validation_timeout, validated);
}

}  // namespace pappus::peer
