#include <optional>

#include <pappus/peer/adapter/limits.hpp>
#include <pappus/peer/dandelion/stem_intake.hpp>

namespace pappus::peer {

void stem_intake::received(session& session, const wire::transaction_ptr& tx, io::time_point epoch_ends) {
  const std::uint64_t peer = session.peer().id;
  const bool exempt = session.peer().exempt;
  if (!exempt && !deps_.budget.try_consume(session.peer().endpoint.address, tx->raw_bytes().size(), epoch_ends)) return;
  if (deps_.inventory.contains(*tx)) return;
  const auto looked_up = [this, peer, tx](const std::optional<wire::transaction_ptr>& found) {
    const peer::session* const sender = deps_.peers.find(peer);
    const bool is_public = found && *found != nullptr;
    if (!is_public && sender != nullptr) submit(sender->peer(), tx);
  };
  deps_.pool.get_transaction(tx->kernel_hash(0), &session.peer(), looked_up);
}

void stem_intake::submit(const peer_info& peer, const wire::transaction_ptr& tx) {
  const auto validated = [this, tx](const peer_info& sender, const std::optional<validation_result>& result) {
    if (result == validation_result::accept) validate(sender, tx);
  };
  deps_.pool.stem_transaction_received(tx, peer, validated);
}

void stem_intake::validate(const peer_info& peer, const wire::transaction_ptr& tx) {
  const auto validated = [this, peer = peer.id, tx](std::optional<bool> valid) {
    const bool is_public = deps_.inventory.contains(*tx);  // meanwhile, if the adapter has taken its time
    if (valid.value_or(false) && !is_public) accepted_(peer, tx);
  };
  deps_.pool.validate_tx(tx, phase::stem, &peer, limits::validation_timeout, validated);
}

}  // namespace pappus::peer
