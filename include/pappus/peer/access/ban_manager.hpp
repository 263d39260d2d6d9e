// Consequences of a peer's misbehavior: disconnect, discouragement or ban.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <pappus/io/endpoint_range.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/peer/access/connection_gater.hpp>
#include <pappus/peer/access/statistics.hpp>
#include <pappus/peer/accounts/accounts.hpp>
#include <pappus/peer/adapter/node_events.hpp>
#include <pappus/peer/adapter/validation_result.hpp>
#include <pappus/peer/disconnect_info.hpp>
#include <pappus/peer/logger.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/peer/session/session_registry.hpp>
#include <pappus/peer/store/ban_list.hpp>
#include <pappus/peer/store/peer_store.hpp>
#include <pappus/wire/messages/ban_reason.hpp>

namespace pappus::peer {

/// Applies scores and bans. An inbound peer is charged to its address, together with all peers behind it: the address
/// is discouraged, in memory only, and open sessions of other peers from it stay. The node bans only an endpoint that
/// it has dialed, for a fault that is certainly the peer's own or for one more discouragement while it is discouraged.
/// If the operator prefers that endpoint, only its session is disconnected. An endpoint that was dialed through a
/// proxy, and is no onion service, is discouraged at most, as the proxy or an exit of Tor may have answered in its
/// place. All dependencies outlive it.
class ban_manager {
public:
  ban_manager(io::runtime& runtime, peer_store& store, accounts& account, const session_registry& sessions,
              const connection_gater& gater, node_events& events, logger& log) noexcept
      : runtime_(runtime),
        peer_store_(store),
        accounts_(account),
        sessions_(sessions),
        gater_(gater),
        events_(events),
        log_(log) {}

  /// A ban by the operator, in force at once, for `length` from now, 0 to `limits::max_ban_time`. Disconnects the
  /// sessions concerned, whose peers are sent the reason. Fails with `std::errc::invalid_argument` if the port is 0,
  /// which is no peer's.
  void ban(const io::endpoint_range& range, io::duration length, wire::reason_for_ban cause,
           peer_store::store_handler done);
  /// Lifts every ban of a range within `range`; returns their number.
  std::size_t unban(const io::endpoint_range& range, peer_store::store_handler done);

  /// Scores the end of a session or handshake: it counts against the peer if it was the peer's fault.
  void score_disconnect(const peer_info& peer, const disconnect_info& reason);

  /// A soft fault, which an honest peer may have caused. The session is disconnected once its own faults suffice.
  void add_misbehavior(const peer_info& peer, double points, const std::string& why);

  /// A hard fault found by the adapter: the session is disconnected, and the peer is sent the reason. A dialed endpoint
  /// is banned, an address, or an endpoint that was dialed through a proxy, discouraged.
  void report(const peer_info& peer, wire::reason_for_ban cause);

  /// The adapter has rejected what a peer has sent: a soft fault, or a hard one.
  void report_rejected(const peer_info& peer, const validation_result& rejected);

  [[nodiscard]] const ban_manager_statistics& statistics() const noexcept { return counted_; }

private:
  /// `concerns(peer_info)` selects the sessions to disconnect.
  template <class Predicate>
  void enter(const peer::ban& made, Predicate concerns, peer_store::store_handler done);
  void ban_endpoint(io::endpoint dialed, wire::reason_for_ban cause, const std::string& why);
  [[nodiscard]] account* account_of(const peer_info& peer);
  void note_discouraged(const io::endpoint_range& range, const std::string& why);
  [[nodiscard]] peer::ban made_by(ban_author author, const io::endpoint_range& range, io::duration length,
                                  wire::reason_for_ban cause) const;

  io::runtime& runtime_;
  peer_store& peer_store_;
  accounts& accounts_;
  const session_registry& sessions_;
  const connection_gater& gater_;
  node_events& events_;
  logger& log_;
  ban_manager_statistics counted_;
};

}  // namespace pappus::peer
