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
#include <pappus/peer/admission/eviction.hpp>
#include <pappus/peer/book/address_rules.hpp>
#include <pappus/peer/connections.hpp>
#include <pappus/peer/limits.hpp>
#include <pappus/peer/session/handshake.hpp>

namespace pappus::peer {
namespace {

/// Is one more in a counter for as long as it lives.
class counted_while_alive {
public:
  explicit counted_while_alive(std::size_t& counter) noexcept : counter_(counter) { ++counter_; }
  counted_while_alive(const counted_while_alive&) = delete;
  counted_while_alive& operator=(const counted_while_alive&) = delete;
  ~counted_while_alive() { --counter_; }

private:
  std::size_t& counter_;
};

/// Whether a dial has failed for a reason of this machine's, which says nothing of whom it was to reach.
bool is_ours(std::error_code failed) noexcept {
  constexpr std::array reasons{std::errc::too_many_files_open,    std::errc::too_many_files_open_in_system,
                               std::errc::no_buffer_space,        std::errc::not_enough_memory,
                               std::errc::address_not_available,  std::errc::network_down,
                               std::errc::network_unreachable,    std::errc::permission_denied,
                               std::errc::operation_not_permitted};
  return std::ranges::any_of(reasons, [failed](std::errc each) { return failed == each; });
}

}  // namespace

connections::connections(const surroundings& around)
    : around_(around),
      preferred_(around.judge),
      keyed_(keyed_hash::new_key(around.on)),
      waiting_(around.room.handshakes),
      duplicates_(around.on, around.sessions) {}

task<void> connections::accept(io::listener& at, scope& into) {
  for (;;) {
    co_await coro::consume_budget(limits::handshake_cost);
    auto accepted = co_await at.accept();
    if (accepted) {
      const io::ipv4_address from = (*accepted)->remote().address;
      const auto why = objection(from);
      if (why) turn_away(from, *why);
      else into.spawn(serve_inbound(std::move(*accepted)));
    } else if (accepted.error() == make_error_code(errc::canceled)) {
      co_return;
    } else {
      ++counted_.accept_failures;
      around_.say(log_level::warning, log_cause::accept,
                  [&] { return "connections cannot be accepted: " + accepted.error().message(); });
      const auto paused = co_await io::sleep_for(around_.on, limits::accept_pause);
      if (!paused) co_return;
    }
  }
}

/// Judged before a byte is read.
std::optional<end_cause> connections::objection(io::ipv4_address from) const {
  if (const auto found = around_.judge.objection(from, around_.clock.now())) return found->cause;
  const account* const charged = around_.charged.find(from);
  if (charged != nullptr && charged->faults.refuses(around_.on.now())) return end_cause::discouraged;
  if (preferred_.has_one_left(from)) return std::nullopt;
  if (around_.room.inbound == 0) return end_cause::too_many;
  if (around_.charged.exempts(from)) return std::nullopt;
  const auto comes_from_there = [from](const session& each) {
    return each.peer().way == direction::inbound && each.peer().endpoint.address == from;
  };
  const std::size_t there = around_.sessions.count(comes_from_there) + waiting_.count_from(from);
  return there < around_.room.inbound_per_address ? std::nullopt : std::optional{end_cause::too_many};
}

void connections::turn_away(io::ipv4_address from, end_cause why) {
  counted_.turned_away.add(why);
  around_.say(log_level::debug, log_cause::turned_away,
              [&] { return to_string(from) + " is turned away: " + std::string{to_string(why)}; });
}

/// What becomes of a dial is told once. Until then nobody else dials the same endpoint.
class connections::attempt {
public:
  attempt(connections& of, connected done) noexcept : of_(of), done_(std::move(done)) {}
  attempt(const attempt&) = delete;
  attempt& operator=(const attempt&) = delete;
  ~attempt() { release(); }

  /// False if it is dialled by somebody else.
  [[nodiscard]] bool begin(io::endpoint where) {
    if (std::ranges::find(of_.dialling_, where) != of_.dialling_.end()) return false;
    of_.dialling_.push_back(where);
    where_ = where;
    return true;
  }

  void tell(result<peer_info, ending> outcome) {
    release();
    if (done_) std::exchange(done_, nullptr)(std::move(outcome));
  }

private:
  void release() noexcept {
    if (where_) std::erase(of_.dialling_, *std::exchange(where_, std::nullopt));
  }

  connections& of_;
  connected done_;
  std::optional<io::endpoint> where_;
};

task<void> connections::dial(io::endpoint where, errand what_for, connected done) {
  attempt made{*this, std::move(done)};
  ending why;
  try {
    auto dialled = co_await reach(where, made);
    if (dialled) why = co_await serve(std::move(*dialled), direction::outbound, what_for, made);
    else why = std::move(dialled).error();
  } catch (...) {
    why = around_.faults.ending_of_caught();
    counted_.failed_dials.add(why.cause);
    say_end(log_cause::session, where, ": ", why);
  }
  made.tell(failure{std::move(why)});
}

task<result<io::stream_ptr, ending>> connections::reach(io::endpoint where, attempt& made) {
  if (auto objection = around_.judge.objection(where, around_.clock.now())) {
    counted_.failed_dials.add(objection->cause);
    co_return failure{*std::move(objection)};
  }
  if (around_.sessions.find(where) != nullptr || !made.begin(where)) {
    counted_.failed_dials.add(end_cause::already_connected);
    co_return failure{ending{end_cause::already_connected, {}}};
  }
  const io::time_point began = around_.on.now();
  around_.book.attempted(to_wire(where), around_.clock.now());
  auto dialled = co_await io::connect_within(around_.on, limits::connect, where);
  if (dialled) co_return std::move(*dialled);
  const std::error_code error = dialled.error();
  ending why{end_cause::shutting_down, {}};
  if (error != make_error_code(errc::canceled)) {
    const bool refused = error == std::errc::connection_refused;
    why = {refused ? end_cause::connection_refused : end_cause::unreachable, error.message()};
    if (is_ours(error)) note_impossible(error);
    else note_failure(where, began, refused);
  }
  counted_.failed_dials.add(why.cause);
  co_return failure{std::move(why)};
}

task<void> connections::serve_inbound(io::stream_ptr stream) {
  attempt nobody_asked{*this, {}};
  co_await serve(std::move(stream), direction::inbound, errand::session, nobody_asked);
}

/// The whole life of one connection. No fault in it reaches anybody else.
task<ending> connections::serve(io::stream_ptr stream, direction way, errand what_for, attempt& made) {
  peer_info peer;
  peer.id = ++last_id_;
  peer.endpoint = stream->remote();
  peer.way = way;
  peer.exempt = way == direction::inbound && around_.charged.exempts(peer.endpoint.address);
  ending why;
  accounts::use charged{around_.charged, peer};
  const preferences::claim preference{preferred_, peer};
  connection over{around_.on, std::move(stream), around_.us, around_.watch, peer};
  try {
    why = co_await converse(over, peer, what_for, *charged, made);
  } catch (...) {
    why = around_.faults.ending_of_caught();
    say_end(log_cause::session, peer.endpoint, ": ", why);
  }
  around_.faults.run(0, "a dial", [&] { made.tell(failure{why}); });
  if (what_for == errand::session && around_.above.peer_disconnected) around_.above.peer_disconnected(peer, why);
  co_return std::move(why);
}

task<ending> connections::converse(connection& over, peer_info& peer, errand what_for, account& charged,
                                   attempt& made) {
  const io::time_point began = around_.on.now();
  auto shaken = co_await shake(over, peer.way, charged);
  if (!shaken) {
    note_failed_handshake(peer, began, shaken.error());
    co_return std::move(shaken).error();
  }
  shaken->peer.id = peer.id;
  shaken->peer.exempt = peer.exempt;
  peer = shaken->peer;
  // The port at which an inbound peer can be dialled is known only now.
  if (auto objection = around_.judge.objection(peer.endpoint, around_.clock.now())) {
    co_return not_taken(peer, *std::move(objection));
  }
  note_success(peer);
  if (what_for == errand::feeler) {
    made.tell(peer);
    co_return ending{};
  }
  if (auto no_room = find_room(*shaken, charged)) co_return not_taken(peer, *std::move(no_room));
  co_return co_await talk(over, peer, *std::move(shaken), charged, made);
}

task<result<introduction, ending>> connections::shake(connection& over, direction way, account& charged) {
  const counted_while_alive handshaking{counted_.handshaking};
  try {
    co_return co_await shake_in_time(over, way, charged);
  } catch (...) {
    co_return failure{around_.faults.ending_of_caught()};
  }
}

task<result<introduction, ending>> connections::shake_in_time(connection& over, direction way, account& charged) {
  if (way == direction::outbound) co_return co_await shake_hands(around_.on, over, around_.us, way);
  const coro::context here = co_await coro::current_context{};
  pending_handshakes::entry waiting{waiting_, over.stream().remote().address, here.stop};
  auto shaking = be_greeted_in_turn(over, charged);
  auto shaken = co_await std::move(shaking).under(waiting.token());
  if (shaken || !waiting.crowded_out()) co_return shaken;
  ++counted_.crowded_out;
  co_return failure{ending{end_cause::too_many, "handshakes"}};
}

/// A Hand is a message, too: who has had too much from an address does not get around that by connecting again.
task<result<introduction, ending>> connections::be_greeted_in_turn(connection& over, account& charged) {
  const auto taken = co_await take_message(around_.on, charged);
  if (!taken) co_return failure{ending_from(taken.error())};
  co_return co_await shake_hands(around_.on, over, around_.us, direction::inbound);
}

/// A session is known to the rest of the node exactly while one of these lives beside it.
class connections::membership {
public:
  membership(connections& of, session& member) : of_(of), member_(member) {
    of_.around_.sessions.add(member_);
    ++of_.counted_.sessions;
  }
  membership(const membership&) = delete;
  membership& operator=(const membership&) = delete;
  ~membership() {
    of_.around_.sessions.remove(member_);
    of_.around_.faults.run(0, "a peer that leaves", [this] { of_.around_.hear.transactions.forget(member_); });
    of_.counted_.ended.add(why);
    of_.counted_.bytes_received += member_.bytes_received();
    of_.counted_.bytes_sent += member_.bytes_sent();
    of_.counted_.paced += member_.paced();
  }

  end_cause why = end_cause::internal_error;  // unless something else is said

private:
  connections& of_;
  session& member_;
};

task<ending> connections::talk(connection& over, peer_info& peer, introduction shaken, account& charged,
                               attempt& made) {
  session session{around_.on, over, around_.us, std::move(shaken), charged, around_.hear};
  membership listed{*this, session};
  duplicates_.joined(session);
  if (around_.above.peer_connected) around_.above.peer_connected(peer);
  made.tell(peer);
  ending why = co_await session.run();
  listed.why = why.cause;
  peer = session.peer();
  around_.faults.run(0, "a session that has ended", [&] {
    say_end(log_cause::session, peer.endpoint, ": ", why);
    if (peer.way == direction::outbound) around_.book.seen(to_wire(peer.endpoint), around_.clock.now());
    around_.order.judge_end(peer, why);
  });
  co_return std::move(why);
}

ending connections::not_taken(const peer_info& peer, ending why) {
  counted_.not_taken.add(why.cause);
  say_end(log_cause::handshake, peer.endpoint, " is not taken: ", why);
  return why;
}

/// A fault of ours is said as one.
void connections::say_end(log_cause usual, io::endpoint whom, std::string_view what, const ending& why) {
  const bool ours = why.cause == end_cause::internal_error;
  around_.say(ours ? log_level::error : log_level::debug, ours ? log_cause::internal_error : usual,
              [&] { return to_string(whom) + std::string{what} + to_string(why); });
}

/// Why a peer that has shaken hands is not taken; nothing if it is, and then there is room.
std::optional<ending> connections::find_room(const introduction& shaken, const account& charged) {
  const bool needs_slot = shaken.peer.way == direction::inbound && !preferred_.holds(shaken.peer);
  return needs_slot ? find_inbound_slot(charged) : std::nullopt;
}

/// Discouraged addresses get free regular slots only: they are no guests, and nobody is evicted for them.
std::optional<ending> connections::find_inbound_slot(const account& charged) {
  const std::size_t now = around_.sessions.count(direction::inbound);
  if (now < around_.room.inbound) return std::nullopt;
  if (charged.faults.discourages(around_.on.now())) return ending{end_cause::too_many, "discouraged"};
  if (now < around_.room.inbound_with_guests() || evict_one()) return std::nullopt;
  return ending{end_cause::too_many, "inbound peers"};
}

void connections::dismiss_guests() {
  const auto came_lately = [this](const session& each) {
    return each.peer().way == direction::inbound && around_.on.now() - each.since() < limits::guest_stays;
  };
  const std::size_t most = around_.room.inbound + std::min(around_.sessions.count(came_lately), around_.room.guests);
  for (std::size_t now = around_.sessions.count(direction::inbound); now > most; --now) {
    if (evict_one()) continue;
    const auto strangers = evictable();
    if (strangers.empty()) return;
    evict(*strangers.back());
  }
}

/// Inbound peers, but not those that hold a preference of the operator's.
std::vector<session*> connections::evictable() const {
  std::vector<session*> found;
  const auto may_go = [this](const session* each) {
    const peer_info& peer = each->peer();
    return !each->is_ending() && peer.way == direction::inbound && !preferred_.holds(peer);
  };
  std::ranges::copy_if(around_.sessions.sessions(), std::back_inserter(found), may_go);
  return found;
}

/// False if all that are here are protected.
bool connections::evict_one() {
  std::vector<eviction_candidate> candidates;
  for (session* const each : evictable()) {
    const io::ipv4_address address = each->peer().endpoint.address;
    eviction_candidate& candidate = candidates.emplace_back();
    candidate.id = each->peer().id;
    candidate.address = address;
    candidate.keyed_netgroup = keyed_(0, address.netgroup());
    candidate.ping = each->best_ping().value_or(io::duration::max());
    candidate.transaction = each->brought_transaction_at();
    candidate.block = each->brought_block_at();
    candidate.since = each->since();
    candidate.discouraged = each->charged().faults.discourages(each->since(), around_.on.now());
  }
  const auto chosen = choose_for_eviction(std::move(candidates));
  if (chosen) evict(*around_.sessions.find(*chosen));
  return chosen.has_value();
}

void connections::evict(session& whom) {
  whom.end({end_cause::too_many, "evicted"});
  ++counted_.evicted;
  around_.say(log_level::info, log_cause::eviction,
              [&] { return to_string(whom.peer().endpoint) + " makes room for others"; });
}

/// A dialled peer has shown that it is there, if not that it is one; whoever has dialled us may be at fault.
void connections::note_failed_handshake(const peer_info& peer, io::time_point began, const ending& why) {
  counted_.failed_handshakes.add(why.cause);
  say_end(log_cause::handshake, peer.endpoint, ": handshake failed: ", why);
  const bool ours = why.cause == end_cause::shutting_down;
  if (peer.way == direction::inbound) around_.order.judge_end(peer, why);
  else if (!ours && !is_refused_as_known(peer, why)) note_failure(peer.endpoint, began, true);
}

/// Grin closes at once what comes from an address that it has a connection with: perhaps it is a peer that has dialled
/// us already.
bool connections::is_refused_as_known(const peer_info& dialled, const ending& why) const {
  if (why.cause != end_cause::closed_by_peer && why.cause != end_cause::connection_lost) return false;
  const auto is_from_there = [at = dialled.endpoint.address](const session& each) {
    return each.peer().way == direction::inbound && each.peer().endpoint.address == at;
  };
  return around_.sessions.count(is_from_there) != 0;
}

void connections::note_impossible(std::error_code failed) {
  ++counted_.dials_impossible;
  around_.say(log_level::warning, log_cause::dial, [failed] { return "nobody can be dialled: " + failed.message(); });
}

void connections::note_failure(io::endpoint where, io::time_point dialled_at, bool answered) {
  if (!answered && !around_.sessions.heard_since(dialled_at)) return;
  around_.book.failed(to_wire(where), around_.clock.now());
}

/// What an inbound peer says of its own address is hearsay: it is dialled some time, to see whether it is there.
void connections::note_success(const peer_info& peer) {
  const wire::peer_address address = to_wire(peer.endpoint);
  const io::wall_time now = around_.clock.now();
  if (peer.way == direction::outbound) around_.book.succeeded(address, peer.capabilities, peer.user_agent, now);
  else if (!is_service_port(address.port())) around_.book.add(address, address, now);
}

}  // namespace pappus::peer
