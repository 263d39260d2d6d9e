// Manages every connection from accept or dial, through admission and handshake, to the end of its session.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <pappus/coro/scope.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/peer/access/ban_manager.hpp>
#include <pappus/peer/access/connection_gater.hpp>
#include <pappus/peer/access/preferred_sessions.hpp>
#include <pappus/peer/accounts/accounts.hpp>
#include <pappus/peer/adapter/node_events.hpp>
#include <pappus/peer/clock/node_clock.hpp>
#include <pappus/peer/connections/connection_limits.hpp>
#include <pappus/peer/connections/duplicates.hpp>
#include <pappus/peer/connections/last_valid_times.hpp>
#include <pappus/peer/connections/link_warnings.hpp>
#include <pappus/peer/connections/pending_handshakes.hpp>
#include <pappus/peer/connections/proxy_states.hpp>
#include <pappus/peer/connections/statistics.hpp>
#include <pappus/peer/disconnect_info.hpp>
#include <pappus/peer/keyed_hash.hpp>
#include <pappus/peer/logger.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/peer/reachability/reachability.hpp>
#include <pappus/peer/session/exception_boundary.hpp>
#include <pappus/peer/session/handshake.hpp>
#include <pappus/peer/session/local_node.hpp>
#include <pappus/peer/session/message_monitor.hpp>
#include <pappus/peer/session/session.hpp>
#include <pappus/peer/session/session_registry.hpp>
#include <pappus/peer/store/address_book.hpp>
#include <pappus/peer/transport/connector.hpp>
#include <pappus/result.hpp>

namespace pappus::peer {

/// Purpose of a connection.
enum class connection_type : std::uint8_t {
  full,
  feeler,  // tests whether a peer is there: ends with the handshake, and is not reported to the adapter
};

/// Connection manager. All dependencies outlive it.
class connection_manager {
public:
  /// Called once: with the peer after the handshake, or with the reason why there is none. Does not throw.
  using connected = std::function<void(result<peer_info, disconnect_info>)>;

  struct dependencies {
    io::runtime& runtime;
    local_node& local;
    connector& paths;
    node_events& events;
    const connection_limits& room;
    const connection_gater& gater;
    accounts& account;
    ban_manager& order;
    address_book& book;
    const node_clock& clock;
    session_registry& sessions;
    const last_valid_times& last_valid;
    reachability& reach;
    message_handlers handlers;
    message_monitor& monitor;
    logger& log;
    exception_boundary& exceptions;
  };

  explicit connection_manager(const dependencies& deps);
  connection_manager(const connection_manager&) = delete;
  connection_manager& operator=(const connection_manager&) = delete;

  /// Accepts connections from `listener` until stopped; each connection runs in `tasks`. `by`: `direct`, or `onion` if
  /// Tor passes on the connections of an onion service: then there are at most `connection_limits::inbound_onion`
  /// peers, of which one is evicted for another. They have the limits of one address together, and are not discouraged,
  /// as they cannot be told apart.
  [[nodiscard]] task<void> accept(io::listener& listener, transport_type by, scope& tasks);
  /// Accepts private links from `listener`. Until its key is known a peer is a pending handshake and nothing else; then
  /// it has no limits but that of the sessions of one address, and no slot.
  [[nodiscard]] task<void> accept_links(io::listener& listener, scope& tasks);

  /// Dials a peer, unless it is already dialed or connected, and completes when the connection has ended. The result is
  /// recorded in the address book: a failure only if something else shows that the network works.
  [[nodiscard]] task<void> dial(io::endpoint endpoint, connection_type type, connected done);

  /// Disconnects inbound peers above their slots, except for as many listener-buffer connections as came in the last
  /// `limits::listener_buffer_time`.
  void trim_listener_buffer();

  /// Called when a session that the node has dialed begins. Does not throw. May be empty.
  std::function<void(session&)> outbound_joined;

  [[nodiscard]] const connection_statistics& statistics() const noexcept { return counted_; }
  /// Whether this inbound peer holds one of the operator's preferences, or has a private link.
  [[nodiscard]] bool prefers(const peer_info& peer) const { return peer.tls_key || preferred_.contains(peer); }
  [[nodiscard]] duplicate_statistics doubles() const noexcept { return duplicates_.statistics(); }

private:
  class attempt;
  class membership;

  /// What is done with a connection that was accepted.
  using arrival = std::function<void(io::stream_ptr)>;
  task<void> accept_all(io::listener& listener, arrival begin);
  [[nodiscard]] peer_info arrived(const io::stream& by_stream, transport_type by);
  [[nodiscard]] std::optional<disconnect_reason> reject_reason(const peer_info& peer) const;
  void refuse(ip_address from, disconnect_reason reason);
  [[nodiscard]] std::optional<disconnect_reason> reject_reason_of_link(ip_address from) const;
  task<void> serve_link(io::stream_ptr stream, peer_info peer);
  task<result<accepted_link, disconnect_info>> authenticate(io::stream_ptr stream, const peer_info& from);
  task<result<accepted_link>> accept_link(io::stream_ptr stream, account& of_address,
                                          std::optional<tls::key_hash>& key);
  task<result<io::stream_ptr, disconnect_info>> connect(io::endpoint endpoint, attempt& dial);
  task<void> serve(io::stream_ptr stream, peer_info peer, connection_type type, attempt* dial);
  static void report(attempt* dial, result<peer_info, disconnect_info> outcome);
  task<result<std::uint64_t, disconnect_info>> admit(connection& connection, peer_info& peer, connection_type type,
                                                     account& account);
  task<result<handshake_result, disconnect_info>> handshake(connection& connection, account& account);
  task<result<handshake_result, disconnect_info>> handshake_within_limits(connection& connection, account& account);
  task<result<handshake_result, disconnect_info>> handshake_when_admitted(connection& connection, account& account);
  task<disconnect_info> run_session(connection& connection, peer_info& peer, std::uint64_t nonce, account& account,
                                    attempt* dial);
  [[nodiscard]] std::optional<disconnect_info> find_room(const peer_info& peer, const account& account);
  [[nodiscard]] std::optional<disconnect_info> find_inbound_slot(const account& account);
  [[nodiscard]] bool has_room_at_address(const peer_info& peer) const;
  [[nodiscard]] std::size_t max_handshakes_beside(const peer_info& peer) const;
  bool make_room_at_address(const peer_info& peer);
  template <class Predicate>
  [[nodiscard]] std::vector<session*> evictable(Predicate is_one) const;
  bool evict_one(const std::vector<session*>& of);
  void evict(session& peer);
  void note_outbound_end(io::endpoint endpoint);
  disconnect_info refuse_peer(const peer_info& peer, disconnect_info reason);
  void log_disconnect(log_category usual, io::endpoint endpoint, std::string_view what, const disconnect_info& reason);
  void note_failed_handshake(const peer_info& peer, io::time_point started_at, const disconnect_info& reason);
  [[nodiscard]] bool is_refused_as_known(const peer_info& dialed, const disconnect_info& reason) const;
  disconnect_info note_failed_dial(io::endpoint endpoint, io::time_point dialed_at, std::error_code failed);
  [[nodiscard]] disconnect_info reason_of_failed(io::endpoint endpoint, std::error_code failed) const;
  void warn_of_missing_link(io::endpoint endpoint, const disconnect_info& reason);
  void note_impossible(io::endpoint endpoint, io::time_point dialed_at, std::error_code failed,
                       const std::string& detail);
  void note_failure(io::endpoint endpoint, io::time_point dialed_at, bool answered);
  void note_success(const peer_info& peer);

  dependencies deps_;
  preferred_sessions preferred_;
  keyed_hash keyed_;  // of netgroups, for evictions
  pending_handshakes waiting_;
  std::vector<io::endpoint> dialing_;  // endpoints whose handshake is not over
  duplicates duplicates_;
  proxy_states proxies_;
  link_warnings links_;
  std::array<std::size_t, 2> unrouted_by_proxy_{};  // dials to which a proxy has no route, by family
  std::uint64_t last_id_ = 0;
  connection_statistics counted_;
};

}  // namespace pappus::peer
