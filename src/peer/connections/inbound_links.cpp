// Private links that other nodes make: from the accepted connection to a peer that is known by its key.
#include <optional>
#include <utility>

#include <pappus/peer/connections/connection_manager.hpp>
#include <pappus/peer/connections/limits.hpp>
#include <pappus/tls/errc.hpp>

#include "counted_while_alive.hpp"

namespace pappus::peer {
namespace {

/// Why a TLS handshake that the other side has begun has failed. `key`: of the other side, if it is known.
disconnect_info reason_of_failed_tls(std::error_code failed, const std::optional<tls::key_hash>& key) {
  if (failed == make_error_code(errc::timed_out)) return {disconnect_reason::handshake_timeout, "TLS"};
  if (failed.category() != tls::category()) return disconnect_info_from(failed);
  if (failed == tls::errc::alert) return disconnect_info_from(failed);
  if (failed == tls::errc::wrong_key && key) {
    return {disconnect_reason::not_allowed, "its key " + tls::to_hex(*key) + " is none that is allowed"};
  }
  if (failed == tls::errc::truncated) return {disconnect_reason::closed_by_peer, {}};
  if (failed == tls::errc::protocol) return {disconnect_reason::wrong_magic, failed.message()};
  if (failed == tls::errc::internal_error) return {disconnect_reason::internal_error, failed.message()};
  return {disconnect_reason::not_allowed, failed.message()};
}

}  // namespace

task<void> connection_manager::accept_links(io::listener& listener, scope& tasks) {
  return accept_all(listener, [this, &tasks](io::stream_ptr accepted) {
    peer_info peer = arrived(*accepted, transport_type::direct);
    const auto reason = reject_reason_of_link(peer.endpoint.address);
    if (reason) refuse(peer.endpoint.address, *reason);
    else tasks.spawn(serve_link(std::move(accepted), std::move(peer)));
  });
}

/// Before a byte is read: the address may be that of others, too, whose connections and misbehavior do not count here.
std::optional<disconnect_reason> connection_manager::reject_reason_of_link(ip_address from) const {
  if (from.is_named()) return disconnect_reason::not_allowed;
  const auto found = deps_.gater.reject_reason(from, deps_.clock.now());
  return found ? std::optional{found->reason} : std::nullopt;
}

task<void> connection_manager::serve_link(io::stream_ptr stream, peer_info peer) {
  disconnect_info reason;
  try {
    auto link = co_await authenticate(std::move(stream), peer);
    if (link) {
      peer.endpoint = link->endpoint;
      peer.tls_key = link->key;
      peer.exempt = false;
      if (!has_room_at_address(peer)) co_return refuse(peer.endpoint.address, disconnect_reason::too_many_peers);
      co_return co_await serve(std::move(link->stream), std::move(peer), connection_type::full, nullptr);
    }
    reason = std::move(link).error();
  } catch (...) {
    reason = deps_.exceptions.disconnect_info_of_caught();
  }
  peer.id = ++last_id_;
  counted_.failed_handshakes.add(reason.reason);
  log_disconnect(log_category::handshake, peer.endpoint, ": TLS handshake failed: ", reason);
  deps_.events.peer_disconnected(peer, reason);
}

task<result<accepted_link, disconnect_info>> connection_manager::authenticate(io::stream_ptr stream,
                                                                              const peer_info& from) {
  const counted_while_alive handshaking{counted_.handshaking};
  const coro::context here = co_await coro::current_context{};
  accounts::account_ref charged{deps_.account, from};
  pending_handshakes::entry waiting{waiting_, handshake_kind::tls, from.endpoint.address, deps_.room.handshakes,
                                    here.stop};
  std::optional<tls::key_hash> key;
  auto handshake = accept_link(std::move(stream), *charged, key);
  auto accepted = co_await std::move(handshake).with_stop_token(waiting.token());
  if (accepted) co_return std::move(*accepted);
  if (!waiting.displaced()) co_return failure{reason_of_failed_tls(accepted.error(), key)};
  ++counted_.handshakes_evicted;
  co_return failure{disconnect_info{disconnect_reason::too_many_peers, "handshakes"}};
}

/// A TLS handshake is charged as a message, as a Hand is: reconnecting does not evade the rate limit of an address.
task<result<accepted_link>> connection_manager::accept_link(io::stream_ptr stream, account& of_address,
                                                            std::optional<tls::key_hash>& key) {
  PAPPUS_CO_TRY_DISCARD(co_await take_message(deps_.runtime, of_address));
  co_return co_await deps_.paths.accept_link(std::move(stream), key);
}

}  // namespace pappus::peer
