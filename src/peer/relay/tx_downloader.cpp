#include <algorithm>

#include <pappus/peer/accounts/account_key.hpp>
#include <pappus/peer/relay/limits.hpp>
#include <pappus/peer/relay/tx_downloader.hpp>

namespace pappus::peer {

void tx_downloader::announced(const session& session, const wire::hash& kernel) {
  const peer_info& peer = session.peer();
  tracker_.announced(runtime_.now(), {peer.id, account_key(peer), peer.direction == direction::outbound}, kernel);
  execute();
}

bool tx_downloader::received(const session& session, const wire::transaction& tx) {
  bool was_asked = false;
  for (const wire::hash& each : tx.kernel_hashes())
    was_asked |= tracker_.received(runtime_.now(), session.peer().id, each);
  execute();
  return was_asked;
}

void tx_downloader::validated(std::uint64_t from, const wire::transaction& tx,
                              const std::optional<validation_result>& result) {
  for (const wire::hash& each : tx.kernel_hashes()) {
    if (!result) tracker_.not_validated(runtime_.now(), from, each);
    else if (result->rejects()) tracker_.rejected(runtime_.now(), from, each);
    else tracker_.not_needed(runtime_.now(), each);
  }
  execute();
}

void tx_downloader::left(const session& session) {
  tracker_.left(runtime_.now(), session.peer().id);
  execute();
}

void tx_downloader::on_timer() noexcept {
  tracker_.tick(runtime_.now());
  execute();
}

/// Nothing is requested from a session that is disconnecting.
void tx_downloader::execute() {
  while (const auto next = tracker_.next_request()) {
    session* const session = peers_.find(next->peer);
    if (session == nullptr || session->is_ending()) tracker_.left(runtime_.now(), next->peer);
    else request(*session, *next);
  }
  const io::time_point due = tracker_.next_due();
  if (due == io::never) runtime_.timers().disarm(*this);
  else if (!armed() || this->due() != due) runtime_.timers().arm(*this, due);
}

/// The time for the response starts when the request is sent; but a peer that keeps the node from sending it gains at
/// most `limits::tx_request_timeout` once more. The application may have received the transaction meanwhile.
void tx_downloader::request(session& peer, const tx_request& next) {
  if (inventory_.contains(inventory_type::transaction, next.kernel)) {
    return tracker_.not_needed(runtime_.now(), next.kernel);
  }
  tracker_.requested(runtime_.now(), next, std::min(peer.longest_wait(), limits::tx_request_timeout));
  peer.request_transaction(next.kernel);
}

}  // namespace pappus::peer
