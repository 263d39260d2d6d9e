#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <pappus/coro/budget.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/peer/address.hpp>
#include <pappus/peer/connections/connection_manager.hpp>
#include <pappus/peer/connections/eviction.hpp>
#include <pappus/peer/connections/limits.hpp>
#include <pappus/peer/session/handshake.hpp>
#include <pappus/peer/store/address_rules.hpp>

namespace pappus::peer {
namespace {

/// Increments a counter while it lives.
class counted_while_alive {
public:
  explicit counted_while_alive(std::size_t& counter) noexcept : counter_(counter) { ++counter_; }
  counted_while_alive(const counted_while_alive&) = delete;
  counted_while_alive& operator=(const counted_while_alive&) = delete;
  ~counted_while_alive() { --counter_; }

private:
  std::size_t& counter_;
};

/// Whether a dial has failed for a local reason, which says nothing about the dialed peer.
bool is_ours(std::error_code failed) noexcept {
  constexpr std::array reasons{std::errc::too_many_files_open,    std::errc::too_many_files_open_in_system,
                               std::errc::no_buffer_space,        std::errc::not_enough_memory,
                               std::errc::address_not_available,  std::errc::network_down,
                               std::errc::network_unreachable,    std::errc::permission_denied,
                               std::errc::operation_not_permitted};
  return std::ranges::any_of(reasons, [failed](std::errc each) { return failed == each; });
}

}  // namespace

connection_manager::connection_manager(const dependencies& deps)
    : deps_(deps),
      preferred_(deps.gater),
      keyed_(keyed_hash::new_key(deps.runtime)),
      waiting_(deps.room.handshakes),
      duplicates_(deps.runtime, deps.sessions) {}

task<void> connection_manager::accept(io::listener& at, scope& into) {
  for (;;) {
    co_await coro::consume_budget(limits::handshake_cost);
    auto accepted = co_await at.accept();
    if (accepted) {
      const io::ipv4_address from = (*accepted)->remote_endpoint().address;
      const auto why = objection(from);
      if (why) turn_away(from, *why);
      else into.spawn(serve_inbound(std::move(*accepted)));
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

/// Why a connection from there is refused, before a byte is read; nothing if it is not.
std::optional<disconnect_reason> connection_manager::objection(io::ipv4_address from) const {
  if (const auto found = deps_.gater.reject_reason(from, deps_.clock.now())) return found->reason;
  const account* const charged = deps_.account.find(from);
  if (charged != nullptr && charged->misbehavior.refuses(deps_.runtime.now())) return disconnect_reason::discouraged;
  if (preferred_.has_one_left(from)) return std::nullopt;
  if (deps_.room.inbound == 0) return disconnect_reason::too_many_peers;
  if (deps_.account.exempts(from)) return std::nullopt;
  const auto comes_from_there = [from](const session& each) {
    return each.peer().direction == direction::inbound && each.peer().endpoint.address == from;
  };
  const std::size_t there = deps_.sessions.count(comes_from_there) + waiting_.count_from(from);
  return there < deps_.room.inbound_per_address ? std::nullopt : std::optional{disconnect_reason::too_many_peers};
}

void connection_manager::turn_away(io::ipv4_address from, disconnect_reason why) {
  counted_.refused.add(why);
  deps_.log(log_level::debug, log_category::turned_away,
            [&] { return to_string(from) + " is turned away: " + std::string{to_string(why)}; });
}

/// Reports the result of a dial once. Until then the same endpoint is not dialed again.
class connection_manager::attempt {
public:
  attempt(connection_manager& of, connected done) noexcept : of_(of), done_(std::move(done)) {}
  attempt(const attempt&) = delete;
  attempt& operator=(const attempt&) = delete;
  ~attempt() { release(); }

  /// False if the endpoint is being dialed already.
  [[nodiscard]] bool begin(io::endpoint where) {
    if (std::ranges::find(of_.dialling_, where) != of_.dialling_.end()) return false;
    of_.dialling_.push_back(where);
    where_ = where;
    return true;
  }

  void tell(result<peer_info, disconnect_info> outcome) {
    release();
    if (done_) std::exchange(done_, nullptr)(std::move(outcome));
  }

private:
  void release() noexcept {
    if (where_) std::erase(of_.dialling_, *std::exchange(where_, std::nullopt));
  }

  connection_manager& of_;
  connected done_;
  std::optional<io::endpoint> where_;
};

task<void> connection_manager::dial(io::endpoint where, connection_type what_for, connected done) {
  attempt made{*this, std::move(done)};
  disconnect_info why;
  try {
    auto dialled = co_await connect(where, made);
    if (dialled) why = co_await serve(std::move(*dialled), direction::outbound, what_for, made);
    else why = std::move(dialled).error();
  } catch (...) {
    why = deps_.exceptions.disconnect_info_of_caught();
    counted_.failed_dials.add(why.reason);
    log_disconnect(log_category::session, where, ": ", why);
  }
  made.tell(failure{std::move(why)});
}

task<result<io::stream_ptr, disconnect_info>> connection_manager::connect(io::endpoint where, attempt& made) {
  if (auto objection = deps_.gater.reject_reason(where, deps_.clock.now())) {
    counted_.failed_dials.add(objection->reason);
    co_return failure{*std::move(objection)};
  }
  if (deps_.sessions.find(where) != nullptr || !made.begin(where)) {
    counted_.failed_dials.add(disconnect_reason::already_connected);
    co_return failure{disconnect_info{disconnect_reason::already_connected, {}}};
  }
  const io::time_point began = deps_.runtime.now();
  deps_.book.attempted(to_wire(where), deps_.clock.now());
  auto dialled = co_await io::with_timeout(deps_.runtime, limits::connect_timeout, deps_.runtime.connect(where));
  if (dialled) co_return std::move(*dialled);
  const std::error_code error = dialled.error();
  disconnect_info why{disconnect_reason::shutting_down, {}};
  if (error != make_error_code(errc::canceled)) {
    const bool refused = error == std::errc::connection_refused;
    why = {refused ? disconnect_reason::connection_refused : disconnect_reason::unreachable, error.message()};
    if (is_ours(error)) note_impossible(error);
    else note_failure(where, began, refused);
  }
  counted_.failed_dials.add(why.reason);
  co_return failure{std::move(why)};
}

task<void> connection_manager::serve_inbound(io::stream_ptr stream) {
  attempt nobody_asked{*this, {}};
  co_await serve(std::move(stream), direction::inbound, connection_type::full, nobody_asked);
}

/// Runs one connection to its end. No fault in it affects any other one.
task<disconnect_info> connection_manager::serve(io::stream_ptr stream, direction way, connection_type what_for,
                                                attempt& made) {
  peer_info peer;
  peer.id = ++last_id_;
  peer.endpoint = stream->remote_endpoint();
  peer.direction = way;
  peer.exempt = way == direction::inbound && deps_.account.exempts(peer.endpoint.address);
  disconnect_info why;
  accounts::account_ref charged{deps_.account, peer};
  const preferred_sessions::claim preference{preferred_, peer};
  connection over{deps_.runtime, std::move(stream), deps_.local, deps_.watch, peer};
  try {
    why = co_await run_connection(over, peer, what_for, *charged, made);
  } catch (...) {
    why = deps_.exceptions.disconnect_info_of_caught();
    log_disconnect(log_category::session, peer.endpoint, ": ", why);
  }
  deps_.exceptions.run(0, "a dial", [&] { made.tell(failure{why}); });
  if (what_for == connection_type::full) deps_.events.peer_disconnected(peer, why);
  co_return std::move(why);
}

task<disconnect_info> connection_manager::run_connection(connection& over, peer_info& peer, connection_type what_for,
                                                         account& account, attempt& made) {
  const io::time_point began = deps_.runtime.now();
  auto shaken = co_await handshake(over, peer.direction, account);
  if (!shaken) {
    note_failed_handshake(peer, began, shaken.error());
    co_return std::move(shaken).error();
  }
  shaken->peer.id = peer.id;
  shaken->peer.exempt = peer.exempt;
  peer = shaken->peer;
  // An inbound peer's listening port is known only now.
  if (auto objection = deps_.gater.reject_reason(peer.endpoint, deps_.clock.now())) {
    co_return not_taken(peer, *std::move(objection));
  }
  note_success(peer);
  if (what_for == connection_type::feeler) {
    made.tell(peer);
    co_return disconnect_info{};
  }
  if (auto no_room = find_room(*shaken, account)) co_return not_taken(peer, *std::move(no_room));
  co_return co_await run_session(over, peer, *std::move(shaken), account, made);
}

task<result<handshake_result, disconnect_info>> connection_manager::handshake(connection& over, direction way,
                                                                              account& account) {
  const counted_while_alive handshaking{counted_.handshaking};
  try {
    co_return co_await shake_in_time(over, way, account);
  } catch (...) {
    co_return failure{deps_.exceptions.disconnect_info_of_caught()};
  }
}

task<result<handshake_result, disconnect_info>> connection_manager::shake_in_time(connection& over, direction way,
                                                                                  account& account) {
  if (way == direction::outbound) co_return co_await perform_handshake(deps_.runtime, over, deps_.local, way);
  const coro::context here = co_await coro::current_context{};
  pending_handshakes::entry waiting{waiting_, over.stream().remote_endpoint().address, here.stop};
  auto shaking = be_greeted_in_turn(over, account);
  auto shaken = co_await std::move(shaking).with_stop_token(waiting.token());
  if (shaken || !waiting.crowded_out()) co_return shaken;
  ++counted_.handshakes_evicted;
  co_return failure{disconnect_info{disconnect_reason::too_many_peers, "handshakes"}};
}

/// A Hand is a message, too: reconnecting does not evade the rate limit of an address.
task<result<handshake_result, disconnect_info>> connection_manager::be_greeted_in_turn(connection& over,
                                                                                       account& account) {
  const auto taken = co_await take_message(deps_.runtime, account);
  if (!taken) co_return failure{disconnect_info_from(taken.error())};
  co_return co_await perform_handshake(deps_.runtime, over, deps_.local, direction::inbound);
}

/// Registers a session with the rest of the node while it lives.
class connection_manager::membership {
public:
  membership(connection_manager& of, session& member) : of_(of), member_(member) {
    of_.deps_.sessions.add(member_);
    ++of_.counted_.sessions;
  }
  membership(const membership&) = delete;
  membership& operator=(const membership&) = delete;
  ~membership() {
    of_.deps_.sessions.remove(member_);
    of_.deps_.exceptions.run(0, "a peer that leaves", [this] { of_.deps_.hear.transactions.forget(member_); });
    of_.counted_.ended.add(why);
    of_.counted_.bytes_received += member_.bytes_received();
    of_.counted_.bytes_sent += member_.bytes_sent();
    of_.counted_.sends_throttled += member_.throttled();
  }

  disconnect_reason why = disconnect_reason::internal_error;  // unless it is set

private:
  connection_manager& of_;
  session& member_;
};

task<disconnect_info> connection_manager::run_session(connection& over, peer_info& peer, handshake_result shaken,
                                                      account& account, attempt& made) {
  session session{deps_.runtime, over, deps_.local, std::move(shaken), account, deps_.hear};
  membership listed{*this, session};
  duplicates_.joined(session);
  deps_.events.peer_connected(peer);
  made.tell(peer);
  disconnect_info why = co_await session.run();
  listed.why = why.reason;
  peer = session.peer();
  deps_.exceptions.run(0, "a session that has ended", [&] {
    log_disconnect(log_category::session, peer.endpoint, ": ", why);
    if (peer.direction == direction::outbound) deps_.book.disconnected(to_wire(peer.endpoint), deps_.clock.now());
    deps_.order.score_disconnect(peer, why);
  });
  co_return std::move(why);
}

disconnect_info connection_manager::not_taken(const peer_info& peer, disconnect_info why) {
  counted_.refused_after_handshake.add(why.reason);
  log_disconnect(log_category::handshake, peer.endpoint, " is not taken: ", why);
  return why;
}

/// Logs an internal error as such.
void connection_manager::log_disconnect(log_category usual, io::endpoint endpoint, std::string_view what,
                                        const disconnect_info& why) {
  const bool ours = why.reason == disconnect_reason::internal_error;
  deps_.log(ours ? log_level::error : log_level::debug, ours ? log_category::internal_error : usual,
            [&] { return to_string(endpoint) + std::string{what} + to_string(why); });
}

/// Why a peer is not accepted after its handshake; nothing if it is, and then there is room.
std::optional<disconnect_info> connection_manager::find_room(const handshake_result& shaken, const account& account) {
  const bool needs_slot = shaken.peer.direction == direction::inbound && !preferred_.contains(shaken.peer);
  return needs_slot ? find_inbound_slot(account) : std::nullopt;
}

/// Discouraged addresses get free regular slots only: no listener-buffer slot, and no eviction to make room for them.
std::optional<disconnect_info> connection_manager::find_inbound_slot(const account& account) {
  const std::size_t now = deps_.sessions.count(direction::inbound);
  if (now < deps_.room.inbound) return std::nullopt;
  if (account.misbehavior.discourages(deps_.runtime.now()))
    return disconnect_info{disconnect_reason::too_many_peers, "discouraged"};
  if (now < deps_.room.inbound_with_buffer() || evict_one()) return std::nullopt;
  return disconnect_info{disconnect_reason::too_many_peers, "inbound peers"};
}

void connection_manager::trim_listener_buffer() {
  const auto came_lately = [this](const session& each) {
    return each.peer().direction == direction::inbound &&
           deps_.runtime.now() - each.since() < limits::listener_buffer_time;
  };
  const std::size_t most = deps_.room.inbound + std::min(deps_.sessions.count(came_lately), deps_.room.listener_buffer);
  for (std::size_t now = deps_.sessions.count(direction::inbound); now > most; --now) {
    if (evict_one()) continue;
    const auto strangers = evictable();
    if (strangers.empty()) return;
    evict(*strangers.back());
  }
}

/// Inbound peers without a preference of the operator's.
std::vector<session*> connection_manager::evictable() const {
  std::vector<session*> found;
  const auto may_go = [this](const session* each) {
    const peer_info& peer = each->peer();
    return !each->is_ending() && peer.direction == direction::inbound && !preferred_.contains(peer);
  };
  std::ranges::copy_if(deps_.sessions.sessions(), std::back_inserter(found), may_go);
  return found;
}

/// False if all are protected.
bool connection_manager::evict_one() {
  std::vector<eviction_candidate> candidates;
  for (session* const each : evictable()) {
    const io::ipv4_address address = each->peer().endpoint.address;
    eviction_candidate& candidate = candidates.emplace_back();
    candidate.id = each->peer().id;
    candidate.address = address;
    candidate.keyed_netgroup = keyed_(0, address.netgroup());
    candidate.ping = each->best_ping().value_or(io::duration::max());
    const last_valid_items last = deps_.useful.of(candidate.id);
    candidate.transaction = last.transaction;
    candidate.block = last.block;
    candidate.since = each->since();
    candidate.discouraged = each->charged_account().misbehavior.discourages(each->since(), deps_.runtime.now());
  }
  const auto chosen = choose_for_eviction(std::move(candidates));
  if (chosen) evict(*deps_.sessions.find(*chosen));
  return chosen.has_value();
}

void connection_manager::evict(session& peer) {
  peer.end({disconnect_reason::too_many_peers, "evicted"});
  ++counted_.evicted;
  deps_.log(log_level::info, log_category::eviction,
            [&] { return to_string(peer.peer().endpoint) + " makes room for others"; });
}

/// A dialed endpoint has answered, though perhaps not as a peer; an inbound peer may be at fault.
void connection_manager::note_failed_handshake(const peer_info& peer, io::time_point began,
                                               const disconnect_info& why) {
  counted_.failed_handshakes.add(why.reason);
  log_disconnect(log_category::handshake, peer.endpoint, ": handshake failed: ", why);
  const bool ours = why.reason == disconnect_reason::shutting_down;
  if (peer.direction == direction::inbound) deps_.order.score_disconnect(peer, why);
  else if (!ours && !is_refused_as_known(peer, why)) note_failure(peer.endpoint, began, true);
}

/// Grin closes at once a connection from an address that it is connected with already: perhaps the dialed peer has
/// dialed this node before.
bool connection_manager::is_refused_as_known(const peer_info& dialled, const disconnect_info& why) const {
  if (why.reason != disconnect_reason::closed_by_peer && why.reason != disconnect_reason::connection_lost) return false;
  const auto is_from_there = [at = dialled.endpoint.address](const session& each) {
    return each.peer().direction == direction::inbound && each.peer().endpoint.address == at;
  };
  return deps_.sessions.count(is_from_there) != 0;
}

void connection_manager::note_impossible(std::error_code failed) {
  ++counted_.local_dial_failures;
  deps_.log(log_level::warning, log_category::dial, [failed] { return "nobody can be dialled: " + failed.message(); });
}

void connection_manager::note_failure(io::endpoint where, io::time_point dialled_at, bool answered) {
  if (!answered && !deps_.sessions.any_received_since(dialled_at)) return;
  deps_.book.failed(to_wire(where), deps_.clock.now());
}

/// An inbound peer's advertised address is unverified: it is added to the new table, not the tried one, and dialed some
/// time to test whether the peer is there.
void connection_manager::note_success(const peer_info& peer) {
  const wire::peer_address address = to_wire(peer.endpoint);
  const io::wall_time now = deps_.clock.now();
  if (peer.direction == direction::outbound) deps_.book.succeeded(address, peer.capabilities, peer.user_agent, now);
  else if (!is_service_port(address.port())) deps_.book.add(address, address, now);
}

}  // namespace pappus::peer
