#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include <pappus/coro/budget.hpp>
#include <pappus/io/random.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/peer/address.hpp>
#include <pappus/peer/connections/connection_manager.hpp>
#include <pappus/peer/connections/limits.hpp>
#include <pappus/peer/store/address_rules.hpp>

#include "counted_while_alive.hpp"

namespace pappus::peer {

connection_manager::connection_manager(const dependencies& deps)
    : deps_(deps),
      preferred_(deps.gater),
      keyed_(keyed_hash::new_key(deps.runtime)),
      waiting_(deps.room.handshakes),
      duplicates_(deps.runtime, deps.sessions),
      proxies_(deps.log),
      links_(deps.log) {}

task<void> connection_manager::accept(io::listener& listener, transport_type by, scope& tasks) {
  return accept_all(listener, [this, by, &tasks](io::stream_ptr accepted) {
    peer_info peer = arrived(*accepted, by);
    const auto reason = reject_reason(peer);
    if (reason) refuse(peer.endpoint.address, *reason);
    else tasks.spawn(serve(std::move(accepted), std::move(peer), connection_type::full, nullptr));
  });
}

task<void> connection_manager::accept_all(io::listener& listener, arrival begin) {
  for (;;) {
    co_await coro::consume_budget(limits::handshake_cost);
    auto accepted = co_await listener.accept();
    if (accepted) {
      begin(std::move(*accepted));
    } else if (accepted.error() == make_error_code(errc::canceled)) {
      co_return;
    } else {
      ++counted_.accept_failures;
      deps_.log(log_level::warning, log_category::accept,
                [&] { return "connections cannot be accepted: " + accepted.error().message(); });
      const auto paused = co_await io::sleep_for(deps_.runtime, limits::accept_retry_delay);
      if (!paused) co_return;
    }
  }
}

/// What is known of a peer that has connected. To an onion service all come from this machine, or from Tor's: each gets
/// an address of its own in one subnet, so that no two are taken for one, and all of them share what a subnet may have.
peer_info connection_manager::arrived(const io::stream& by_stream, transport_type by) {
  peer_info peer;
  peer.endpoint = by_stream.remote_endpoint();
  peer.transport = by;
  if (by == transport_type::direct) {
    peer.exempt = deps_.account.exempts(peer.endpoint.address);
    return peer;
  }
  peer.endpoint.address = ip_address::anonymous(io::random_bits(deps_.runtime));
  return peer;
}

/// Why a peer that has connected is refused, before a byte is read; nothing if it is not. Only sessions keep others of
/// their address out: a connection that says nothing would do so for the time of a handshake. By an onion service all
/// come from one address, and make room for each other after the handshake.
std::optional<disconnect_reason> connection_manager::reject_reason(const peer_info& peer) const {
  const ip_address from = peer.endpoint.address;
  if (peer.transport == transport_type::direct && from.is_named()) return disconnect_reason::not_allowed;
  if (const auto found = deps_.gater.reject_reason(from, deps_.clock.now())) return found->reason;
  const account* const charged = deps_.account.find(from);
  if (charged != nullptr && charged->misbehavior.refuses(deps_.runtime.now())) return disconnect_reason::discouraged;
  if (preferred_.has_free_claim(from)) return std::nullopt;
  if (deps_.room.inbound == 0) return disconnect_reason::too_many_peers;
  if (peer.transport == transport_type::onion || has_room_at_address(peer)) return std::nullopt;
  return disconnect_reason::too_many_peers;
}

void connection_manager::refuse(ip_address from, disconnect_reason reason) {
  counted_.refused.add(reason);
  deps_.log(log_level::debug, log_category::turned_away,
            [&] { return to_string(from) + " is turned away: " + std::string{to_string(reason)}; });
}

/// Reports the result of a dial once. Until then the same endpoint is not dialed again.
class connection_manager::attempt {
public:
  attempt(connection_manager& owner, connected done) noexcept : owner_(owner), done_(std::move(done)) {}
  attempt(const attempt&) = delete;
  attempt& operator=(const attempt&) = delete;
  ~attempt() { release(); }

  /// False if the endpoint is being dialed already.
  [[nodiscard]] bool begin(io::endpoint endpoint) {
    if (std::ranges::find(owner_.dialing_, endpoint) != owner_.dialing_.end()) return false;
    owner_.dialing_.push_back(endpoint);
    where_ = endpoint;
    return true;
  }

  void report(result<peer_info, disconnect_info> outcome) {
    release();
    if (done_) std::exchange(done_, nullptr)(std::move(outcome));
  }

private:
  void release() noexcept {
    if (where_) std::erase(owner_.dialing_, *std::exchange(where_, std::nullopt));
  }

  connection_manager& owner_;
  connected done_;
  std::optional<io::endpoint> where_;
};

task<void> connection_manager::dial(io::endpoint endpoint, connection_type type, connected done) {
  attempt dial{*this, std::move(done)};
  disconnect_info reason;
  try {
    auto dialed = co_await connect(endpoint, dial);
    if (dialed) {
      peer_info peer;
      peer.endpoint = endpoint;
      peer.direction = direction::outbound;
      peer.transport = deps_.paths.transport_to(endpoint);
      if (const auto* const link = deps_.paths.links().find(endpoint.address)) peer.tls_key = link->node.key;
      co_return co_await serve(std::move(*dialed), std::move(peer), type, &dial);
    }
    reason = std::move(dialed).error();
  } catch (...) {
    reason = deps_.exceptions.disconnect_info_of_caught();
    counted_.failed_dials.add(reason.reason);
    log_disconnect(log_category::session, endpoint, ": ", reason);
  }
  dial.report(failure{std::move(reason)});
}

task<result<io::stream_ptr, disconnect_info>> connection_manager::connect(io::endpoint endpoint, attempt& dial) {
  if (auto reject_reason = deps_.gater.reject_reason(endpoint, deps_.clock.now())) {
    counted_.failed_dials.add(reject_reason->reason);
    co_return failure{*std::move(reject_reason)};
  }
  if (const std::error_code obstacle = deps_.paths.obstacle(endpoint)) {
    counted_.failed_dials.add(disconnect_reason::unreachable);
    co_return failure{disconnect_info{disconnect_reason::unreachable, obstacle.message()}};
  }
  if (deps_.sessions.find(endpoint) != nullptr || !dial.begin(endpoint)) {
    counted_.failed_dials.add(disconnect_reason::already_connected);
    co_return failure{disconnect_info{disconnect_reason::already_connected, {}}};
  }
  const io::time_point started_at = deps_.runtime.now();
  deps_.book.attempted(to_wire(endpoint), deps_.clock.now());
  auto dialed = co_await deps_.paths.connect(endpoint);
  if (dialed) {
    if (const auto proxy = deps_.paths.proxy_on_way_to(endpoint)) proxies_.note(*proxy, {});
    co_return std::move(*dialed);
  }
  disconnect_info reason = note_failed_dial(endpoint, started_at, dialed.error());
  counted_.failed_dials.add(reason.reason);
  co_return failure{std::move(reason)};
}

/// Runs one connection to its end. No fault in it affects any other one. `peer`: what is known of it by the way that it
/// has come, or was connected to. `dial`: null if the peer has made the connection.
task<void> connection_manager::serve(io::stream_ptr stream, peer_info peer, connection_type type, attempt* dial) {
  peer.id = ++last_id_;
  disconnect_info reason;
  accounts::account_ref charged{deps_.account, peer};
  const preferred_sessions::claim preference{preferred_, peer};
  connection link{deps_.runtime, std::move(stream), deps_.local, deps_.monitor, peer};
  try {
    const auto nonce = co_await admit(link, peer, type, *charged);
    if (!nonce) reason = nonce.error();
    else if (type == connection_type::feeler) report(dial, peer);
    else reason = co_await run_session(link, peer, *nonce, *charged, dial);
  } catch (...) {
    reason = deps_.exceptions.disconnect_info_of_caught();
    log_disconnect(log_category::session, peer.endpoint, ": ", reason);
  }
  deps_.exceptions.run(0, "a dial", [&] { report(dial, failure{reason}); });
  if (type == connection_type::full) deps_.events.peer_disconnected(peer, reason);
}

void connection_manager::report(attempt* dial, result<peer_info, disconnect_info> outcome) {
  if (dial != nullptr) dial->report(std::move(outcome));
}

/// Completes what is known of the peer with its handshake, and returns the nonce of the Hand, or why the peer is not
/// accepted.
task<result<std::uint64_t, disconnect_info>> connection_manager::admit(connection& connection, peer_info& peer,
                                                                       connection_type type, account& account) {
  const io::time_point started_at = deps_.runtime.now();
  auto handshake_outcome = co_await handshake(connection, account);
  if (!handshake_outcome) {
    note_failed_handshake(peer, started_at, handshake_outcome.error());
    co_return failure{std::move(handshake_outcome).error()};
  }
  peer = std::move(handshake_outcome->peer);
  // An inbound peer's listening port is known only now.
  if (auto reject_reason = deps_.gater.reject_reason(peer.endpoint, deps_.clock.now())) {
    co_return failure{refuse_peer(peer, *std::move(reject_reason))};
  }
  note_success(peer);
  deps_.reach.note_handshake(peer, handshake_outcome->dialed);
  if (type == connection_type::full) {
    if (auto refusal = find_room(peer, account)) co_return failure{refuse_peer(peer, *std::move(refusal))};
  }
  co_return handshake_outcome->nonce;
}

task<result<handshake_result, disconnect_info>> connection_manager::handshake(connection& connection,
                                                                              account& account) {
  const counted_while_alive handshaking{counted_.handshaking};
  try {
    co_return co_await handshake_within_limits(connection, account);
  } catch (...) {
    co_return failure{deps_.exceptions.disconnect_info_of_caught()};
  }
}

task<result<handshake_result, disconnect_info>> connection_manager::handshake_within_limits(connection& connection,
                                                                                            account& account) {
  if (connection.peer().direction == direction::outbound) {
    co_return co_await perform_handshake(deps_.runtime, connection, deps_.local);
  }
  const coro::context here = co_await coro::current_context{};
  const peer_info& peer = connection.peer();
  pending_handshakes::entry waiting{waiting_, handshake_kind::hand, peer.endpoint.address, max_handshakes_beside(peer),
                                    here.stop};
  auto handshake_task = handshake_when_admitted(connection, account);
  auto handshake_outcome = co_await std::move(handshake_task).with_stop_token(waiting.token());
  if (handshake_outcome || !waiting.displaced()) co_return handshake_outcome;
  ++counted_.handshakes_evicted;
  co_return failure{disconnect_info{disconnect_reason::too_many_peers, "handshakes"}};
}

/// A Hand is a message, too: reconnecting does not evade the rate limit of an address.
task<result<handshake_result, disconnect_info>> connection_manager::handshake_when_admitted(connection& connection,
                                                                                            account& account) {
  const auto taken = co_await take_message(deps_.runtime, account);
  if (!taken) co_return failure{disconnect_info_from(taken.error())};
  co_return co_await perform_handshake(deps_.runtime, connection, deps_.local);
}

/// Registers a session with the rest of the node while it lives.
class connection_manager::membership {
public:
  membership(connection_manager& owner, session& member) : owner_(owner), member_(member) {
    owner_.deps_.sessions.add(member_);
    ++owner_.counted_.sessions;
  }
  membership(const membership&) = delete;
  membership& operator=(const membership&) = delete;
  ~membership() {
    owner_.deps_.sessions.remove(member_);
    owner_.deps_.exceptions.run(0, "a peer that leaves",
                                [this] { owner_.deps_.handlers.transactions.forget(member_); });
    owner_.counted_.ended.add(reason);
    owner_.counted_.bytes_received += member_.bytes_received();
    owner_.counted_.bytes_sent += member_.bytes_sent();
    owner_.counted_.sends_throttled += member_.throttled();
  }

  disconnect_reason reason = disconnect_reason::internal_error;  // unless it is set

private:
  connection_manager& owner_;
  session& member_;
};

task<disconnect_info> connection_manager::run_session(connection& connection, peer_info& peer, std::uint64_t nonce,
                                                      account& account, attempt* dial) {
  session session{deps_.runtime, connection, deps_.local, peer, nonce, account, deps_.handlers};
  membership registration{*this, session};
  duplicates_.joined(session);
  deps_.events.peer_connected(peer);
  report(dial, peer);
  if (peer.direction == direction::outbound && outbound_joined) outbound_joined(session);
  try {
    co_await session.run();
  } catch (...) {
    deps_.exceptions.caught(session, {});  // it has not begun
  }
  disconnect_info reason = session.finish();
  registration.reason = reason.reason;
  deps_.exceptions.run(0, "a session that has ended", [&] {
    log_disconnect(log_category::session, peer.endpoint, ": ", reason);
    if (peer.direction == direction::outbound) note_outbound_end(peer.endpoint);
    deps_.order.score_disconnect(peer, reason);
  });
  co_return std::move(reason);
}

void connection_manager::note_outbound_end(io::endpoint endpoint) {
  const std::uint64_t netgroup = endpoint.address.netgroup();
  const auto is_there = [netgroup](const session& each) {
    return each.peer().direction == direction::outbound && each.peer().endpoint.address.netgroup() == netgroup;
  };
  if (deps_.sessions.count(is_there) == 0) deps_.book.forget_advertised(netgroup);
  deps_.book.disconnected(to_wire(endpoint), deps_.clock.now());
}

disconnect_info connection_manager::refuse_peer(const peer_info& peer, disconnect_info reason) {
  counted_.refused_after_handshake.add(reason.reason);
  log_disconnect(log_category::handshake, peer.endpoint, " is not taken: ", reason);
  return reason;
}

/// Logs an internal error as such.
void connection_manager::log_disconnect(log_category usual, io::endpoint endpoint, std::string_view what,
                                        const disconnect_info& reason) {
  const bool is_internal = reason.reason == disconnect_reason::internal_error;
  deps_.log(is_internal ? log_level::error : log_level::debug, is_internal ? log_category::internal_error : usual,
            [&] { return deps_.paths.to_text(endpoint) + std::string{what} + to_string(reason); });
}

/// A dialed endpoint has answered, though perhaps not as a peer; an inbound peer may be at fault.
void connection_manager::note_failed_handshake(const peer_info& peer, io::time_point started_at,
                                               const disconnect_info& reason) {
  counted_.failed_handshakes.add(reason.reason);
  log_disconnect(log_category::handshake, peer.endpoint, ": handshake failed: ", reason);
  const bool is_internal = reason.reason == disconnect_reason::shutting_down;
  if (peer.direction == direction::outbound) warn_of_missing_link(peer.endpoint, reason);
  if (peer.direction == direction::inbound) deps_.order.score_disconnect(peer, reason);
  else if (!is_internal && !is_refused_as_known(peer, reason)) note_failure(peer.endpoint, started_at, true);
}

/// Grin closes at once a connection from an address that it is connected with already: perhaps the dialed peer has
/// dialed this node before.
bool connection_manager::is_refused_as_known(const peer_info& dialed, const disconnect_info& reason) const {
  if (reason.reason != disconnect_reason::closed_by_peer && reason.reason != disconnect_reason::connection_lost)
    return false;
  const auto has_its_address = [&dialed](const session& each) {
    return each.peer().direction == direction::inbound && each.peer().endpoint.address == dialed.endpoint.address;
  };
  return deps_.sessions.count(has_its_address) != 0;
}

/// An inbound peer's advertised address is unverified: it is added to the new table, not the tried one, and dialed some
/// time to test whether the peer is there. Names are kept of onion services only: the others are those of seeds.
void connection_manager::note_success(const peer_info& peer) {
  if (peer.tls_key) return links_.made(peer.endpoint.address);
  const wire::peer_address address = to_wire(peer.endpoint);
  const io::wall_time now = deps_.clock.now();
  if (peer.direction == direction::outbound) {
    const std::string* const name =
        peer.transport == transport_type::onion ? deps_.paths.name_of(peer.endpoint.address) : nullptr;
    deps_.book.succeeded(address, peer.capabilities, peer.user_agent, now,
                         name != nullptr ? *name : std::string_view{});
  } else if (!is_service_port(address.port)) {
    deps_.book.add(address, address, now);
  }
}

}  // namespace pappus::peer
