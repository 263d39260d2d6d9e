#include <algorithm>
#include <chrono>
#include <exception>
#include <iterator>
#include <utility>
#include <vector>

#include <pappus/io/timeout.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/peer/address.hpp>
#include <pappus/peer/admission/eviction.hpp>
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

/// Whether neither side could have known of the other connection when it dialled.
bool began_at_once(const session& before, io::time_point now) { return now - before.since() <= limits::handshake; }

}  // namespace

connections::connections(const surroundings& around)
    : around_(around), keyed_(keyed_hash::new_key(around.on)), waiting_(around.room.handshakes) {}

task<void> connections::accept(io::listener& at, scope& into) {
  for (;;) {
    auto accepted = co_await at.accept();
    if (accepted) {
      const io::ipv4_address from = (*accepted)->remote().address;
      const auto why = objection(from);
      if (why) turn_away(from, *why);
      else into.spawn(serve(std::move(*accepted), direction::inbound, errand::session, {}));
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
  if (around_.judge.prefers(from)) return std::nullopt;
  if (around_.room.inbound == 0) return end_cause::too_many;
  if (from.loopback()) return std::nullopt;
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

task<void> connections::dial(io::endpoint where, errand what_for, connected done) {
  if (auto objection = around_.judge.objection(where, around_.clock.now())) {
    counted_.failed_dials.add(objection->cause);
    co_return done(failure{*std::move(objection)});
  }
  const io::time_point began = around_.on.now();
  around_.book.attempted(to_wire(where), around_.clock.now());
  auto dialled = co_await io::connect_within(around_.on, limits::connect, where);
  if (dialled) co_return co_await serve(std::move(*dialled), direction::outbound, what_for, std::move(done));
  const std::error_code why = dialled.error();
  if (why == make_error_code(errc::canceled)) {
    counted_.failed_dials.add(end_cause::shutting_down);
    co_return done(failure{ending{end_cause::shutting_down, {}}});
  }
  const bool refused = why == std::errc::connection_refused;
  const end_cause cause = refused ? end_cause::connection_refused : end_cause::unreachable;
  counted_.failed_dials.add(cause);
  note_failure(where, began, refused);
  done(failure{ending{cause, why.message()}});
}

/// The whole life of one connection. No fault in it reaches anybody else.
task<void> connections::serve(io::stream_ptr stream, direction way, errand what_for, connected done) {
  peer_info peer;
  peer.id = ++last_id_;
  peer.endpoint = stream->remote();
  peer.way = way;
  ending why;
  connection over{around_.on, std::move(stream), around_.us, around_.watch, peer};
  try {
    why = co_await converse(over, peer, what_for, done);
  } catch (const std::exception& thrown) {
    why = ending{end_cause::internal_error, thrown.what()};
    around_.say(log_level::error, log_cause::internal_error,
                [&] { return to_string(peer.endpoint) + ": " + thrown.what(); });
  }
  if (done) done(failure{why});
  if (what_for == errand::session && around_.above.peer_disconnected) around_.above.peer_disconnected(peer, why);
}

task<ending> connections::converse(connection& over, peer_info& peer, errand what_for, connected& done) {
  const io::time_point began = around_.on.now();
  auto shaken = co_await shake(over, peer.way);
  if (!shaken) {
    note_failed_handshake(peer, began, shaken.error());
    co_return std::move(shaken).error();
  }
  shaken->peer.id = peer.id;
  peer = shaken->peer;
  // The port at which an inbound peer can be dialled is known only now.
  if (auto objection = around_.judge.objection(peer.endpoint, around_.clock.now())) {
    co_return not_taken(peer, *std::move(objection));
  }
  note_success(peer);
  if (what_for == errand::feeler) {
    std::exchange(done, nullptr)(peer);
    co_return ending{};
  }
  if (auto no_room = find_room(*shaken)) co_return not_taken(peer, *std::move(no_room));
  ++counted_.sessions;
  co_return co_await talk(over, peer, *std::move(shaken), done);
}

task<result<introduction, ending>> connections::shake(connection& over, direction way) {
  const counted_while_alive handshaking{counted_.handshaking};
  if (way == direction::outbound) co_return co_await shake_hands(around_.on, over, around_.us, way);
  const coro::context here = co_await coro::current_context{};
  pending_handshakes::entry waiting{waiting_, over.stream().remote().address, here.stop};
  auto shaking = shake_hands(around_.on, over, around_.us, way);
  auto shaken = co_await std::move(shaking).under(waiting.token());
  if (shaken || !waiting.crowded_out()) co_return shaken;
  ++counted_.crowded_out;
  co_return failure{ending{end_cause::too_many, "handshakes"}};
}

/// A session is known to the rest of the node exactly while one of these lives beside it.
class connections::membership {
public:
  membership(connections& of, session& member) : of_(of), member_(member) { of_.around_.sessions.add(member_); }
  membership(const membership&) = delete;
  membership& operator=(const membership&) = delete;
  ~membership() {
    of_.around_.sessions.remove(member_);
    of_.around_.hear.transactions.forget(member_);
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

task<ending> connections::talk(connection& over, peer_info& peer, introduction shaken, connected& done) {
  session session{around_.on, over, around_.us, std::move(shaken), around_.hear};
  membership listed{*this, session};
  if (around_.above.peer_connected) around_.above.peer_connected(peer);
  if (done) std::exchange(done, nullptr)(peer);
  ending why = co_await session.run();
  listed.why = why.cause;
  peer = session.peer();
  around_.say(log_level::debug, log_cause::session, [&] { return to_string(peer.endpoint) + ": " + to_string(why); });
  around_.book.seen(to_wire(peer.endpoint), around_.clock.now());
  around_.order.judge_end(peer, why);
  co_return std::move(why);
}

ending connections::not_taken(const peer_info& peer, ending why) {
  counted_.not_taken.add(why.cause);
  around_.say(log_level::debug, log_cause::handshake,
              [&] { return to_string(peer.endpoint) + " is not taken: " + to_string(why); });
  return why;
}

/// Why a peer that has shaken hands is not taken; nothing if it is, and then there is room.
std::optional<ending> connections::find_room(const introduction& shaken) {
  if (auto duplicate = settle_duplicate(shaken)) return duplicate;
  const io::ipv4_address from = shaken.peer.endpoint.address;
  const bool needs_slot = shaken.peer.way == direction::inbound && !around_.judge.prefers(from);
  return needs_slot ? find_inbound_slot(from) : std::nullopt;
}

/// If both sides dialled at once, both know both nonces, and both keep the connection with the smaller one.
std::optional<ending> connections::settle_duplicate(const introduction& shaken) {
  session* const before = around_.sessions.find(shaken.peer.endpoint);
  if (before == nullptr) return std::nullopt;
  const bool other_way = before->peer().way != shaken.peer.way;
  if (other_way && began_at_once(*before, around_.on.now()) && shaken.nonce < before->nonce()) {
    before->end({end_cause::already_connected, "the other connection is kept"});
    return std::nullopt;
  }
  return ending{end_cause::already_connected, {}};
}

/// Whoever is discouraged is no guest, and nobody is evicted for it.
std::optional<ending> connections::find_inbound_slot(io::ipv4_address from) {
  const std::size_t now = around_.sessions.count(direction::inbound);
  if (now < around_.room.inbound) return std::nullopt;
  if (around_.scores.discourages(from, around_.on.now())) return ending{end_cause::too_many, "discouraged"};
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

/// Inbound peers, but not those that the operator prefers.
std::vector<session*> connections::evictable() const {
  std::vector<session*> found;
  const auto may_go = [this](const session* each) {
    const peer_info& peer = each->peer();
    return !each->is_ending() && peer.way == direction::inbound && !around_.judge.prefers(peer.endpoint.address);
  };
  std::ranges::copy_if(around_.sessions.sessions(), std::back_inserter(found), may_go);
  return found;
}

/// False if all that are here are protected.
bool connections::evict_one() {
  std::vector<eviction_candidate> candidates;
  for (const session* const each : evictable()) {
    const io::ipv4_address address = each->peer().endpoint.address;
    eviction_candidate& candidate = candidates.emplace_back();
    candidate.id = each->peer().id;
    candidate.address = address;
    candidate.keyed_netgroup = keyed_(0, address.netgroup());
    candidate.ping = each->best_ping().value_or(io::duration::max());
    candidate.transaction = each->brought_transaction_at();
    candidate.block = each->brought_block_at();
    candidate.since = each->since();
    candidate.discouraged = around_.scores.discourages(address, around_.on.now());
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

/// A dialled peer has shown that it is there, if not that it is one.
void connections::note_failed_handshake(const peer_info& peer, io::time_point began, const ending& why) {
  counted_.failed_handshakes.add(why.cause);
  around_.say(log_level::debug, log_cause::handshake,
              [&] { return to_string(peer.endpoint) + ": handshake failed: " + to_string(why); });
  const bool ours = why.cause == end_cause::shutting_down;
  if (peer.way == direction::outbound && !ours) note_failure(peer.endpoint, began, true);
}

void connections::note_failure(io::endpoint where, io::time_point dialled_at, bool answered) {
  if (!answered && !around_.sessions.heard_since(dialled_at)) return;
  around_.book.failed(to_wire(where), around_.clock.now());
}

/// What an inbound peer says of its own address is hearsay.
void connections::note_success(const peer_info& peer) {
  const wire::peer_address address = to_wire(peer.endpoint);
  const io::wall_time now = around_.clock.now();
  if (peer.way == direction::inbound) around_.book.add(address, address, now);
  else around_.book.succeeded(address, peer.capabilities, peer.user_agent, now);
}

}  // namespace pappus::peer
