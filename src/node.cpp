#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <optional>
#include <utility>

#include <pappus/io/reconnect.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/node.hpp>
#include <pappus/peer/address.hpp>
#include <pappus/peer/limits.hpp>
#include <pappus/peer/session/handshake.hpp>
#include <pappus/peer/session/session.hpp>

namespace pappus {
namespace {

using peer::end_cause;
using peer::ending;
using peer::peer_info;

/// After accepting has failed, for example for want of descriptors, before it is tried again.
constexpr io::duration accept_pause = std::chrono::milliseconds{100};

task<result<io::stream_ptr>> open_stream(io::network& on, io::endpoint where) { co_return co_await on.connect(where); }

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

peer::identity identity_of(const node_config& config, const peer::host& above) {
  peer::identity us{config.network};
  us.version = config.version;
  us.capabilities = config.capabilities.value_or(capabilities_of(above));
  us.user_agent = config.user_agent;
  return us;
}

}  // namespace

node::node(io::network& on, node_config config, peer::host host)
    : network_(on),
      config_(std::move(config)),
      host_(std::move(host)),
      us_(identity_of(config_, host_)),
      relay_(on, us_, registry_, host_),
      chain_(host_),
      keeper_(on, config_.store, config_.network.on_internet, host_.warn),
      gossip_(on, keeper_.book()),
      admission_(keeper_.banned(), config_.lists) {}

task<result<void>> node::run() {
  const auto ended = co_await with_scope([](scope& sessions, node* self) { return self->live(sessions); }, this);
  listener_.reset();
  auto closing = keeper_.close();
  co_await std::move(closing).under({});
  if (!ended && ended.error() != make_error_code(errc::canceled)) co_return ended;
  co_return result<void>{};
}

void node::stop() noexcept {
  if (sessions_ != nullptr) sessions_->request_stop();
}

task<result<void>> node::live(scope& sessions) {
  sessions_ = &sessions;
  auto ended = co_await open(sessions);
  if (ended) co_await accept(sessions);
  sessions_ = nullptr;
  sessions.request_stop();
  co_return ended;
}

/// Nothing is accepted or dialled before the bans are known.
task<result<void>> node::open(scope& sessions) {
  PAPPUS_CO_TRY_DISCARD(co_await keeper_.open());
  PAPPUS_CO_TRY(listener, network_.listen(config_.listen));
  listener_ = std::move(listener);
  listening_at_ = listener_->local();
  us_.advertised = config_.advertise.value_or(listening_at_);
  opened_.set();
  sessions.spawn(keeper_.run());
  if (host_.listening) host_.listening(listening_at_);
  for (const io::endpoint where : config_.peers) sessions.spawn(keep_dialling(where));
  co_return result<void>{};
}

task<void> node::accept(scope& sessions) {
  for (;;) {
    auto accepted = co_await listener_->accept();
    if (accepted && !may_enter((*accepted)->remote().address)) {
      ++counted_.turned_away;
    } else if (accepted) {
      sessions.spawn(serve(std::move(*accepted), peer::direction::inbound, {}));
    } else if (accepted.error() == make_error_code(errc::canceled)) {
      co_return;
    } else {
      const auto paused = co_await io::sleep_for(network_, accept_pause);
      if (!paused) co_return;
    }
  }
}

/// Judged before a byte is read.
bool node::may_enter(io::ipv4_address from) const {
  return counted_.handshaking < peer::limits::pending_handshakes &&
         !admission_.objection(from, network_.wall_clock()).has_value();
}

task<void> node::keep_dialling(io::endpoint where) {
  io::reconnect_options options;
  options.wait = config_.redial;
  options.connect_timeout = peer::limits::connect;
  io::reconnect_handlers handlers;
  handlers.connected = [this](io::stream_ptr stream) {
    return serve(std::move(stream), peer::direction::outbound, {});
  };
  handlers.failed = [this, where](std::error_code why) {
    if (host_.log) host_.log("cannot connect to " + to_string(where) + ": " + why.message());
  };
  co_await io::keep_connected(network_, where, std::move(handlers), options);
}

task<void> node::dial(io::endpoint where, connected done) {
  const auto opened = co_await opened_.wait();
  if (!opened) co_return done(failure{ending{end_cause::shutting_down, {}}});
  if (auto objection = admission_.objection(where, network_.wall_clock())) {
    co_return done(failure{*std::move(objection)});
  }
  const wire::peer_address address = peer::to_wire(where);
  keeper_.book().attempted(address, network_.wall_clock());
  auto dialled = co_await io::with_timeout(network_, peer::limits::connect, open_stream(network_, where));
  if (dialled) {
    co_await serve(std::move(*dialled), peer::direction::outbound, std::move(done));
  } else {
    const bool stopped = dialled.error() == make_error_code(errc::canceled);
    if (!stopped) keeper_.book().failed(address, network_.wall_clock());
    done(failure{stopped ? ending{end_cause::shutting_down, {}}
                         : ending{end_cause::unreachable, dialled.error().message()}});
  }
}

/// The whole life of one connection. No fault in it reaches anybody else.
task<void> node::serve(io::stream_ptr stream, peer::direction way, connected done) {
  peer_info peer;
  peer.id = ++last_id_;
  peer.endpoint = stream->remote();
  peer.way = way;
  ending why;
  peer::connection over{network_, std::move(stream), us_};
  try {
    why = co_await converse(over, peer, done);
  } catch (const std::exception& thrown) {
    why = ending{end_cause::internal_error, thrown.what()};
  }
  if (done) done(failure{why});
  if (host_.peer_disconnected) host_.peer_disconnected(peer, why);
}

/// A session is known to the rest of the node exactly while one of these lives beside it.
class node::membership {
public:
  membership(node& of, peer::session& member) : of_(of), member_(member) { of_.registry_.add(member_); }
  membership(const membership&) = delete;
  membership& operator=(const membership&) = delete;
  ~membership() {
    of_.registry_.remove(member_);
    of_.relay_.forget(member_);
    of_.counted_.bytes_received += member_.bytes_received();
    of_.counted_.bytes_sent += member_.bytes_sent();
  }

private:
  node& of_;
  peer::session& member_;
};

task<ending> node::converse(peer::connection& over, peer_info& peer, connected& done) {
  std::optional<counted_while_alive> handshaking{counted_.handshaking};
  auto shaken = co_await peer::shake_hands(network_, over, us_, peer.way);
  handshaking.reset();
  if (!shaken) {
    ++counted_.failed_handshakes;
    if (peer.way == peer::direction::outbound) {
      keeper_.book().failed(peer::to_wire(peer.endpoint), network_.wall_clock());
    }
    co_return std::move(shaken).error();
  }
  shaken->id = peer.id;
  peer = std::move(*shaken);
  // The port at which an inbound peer can be dialled is known only now.
  if (auto objection = admission_.objection(peer.endpoint, network_.wall_clock())) co_return *std::move(objection);
  ++counted_.sessions;
  note_in_book(peer);

  peer::session session{network_, over, us_, peer, {relay_, gossip_, chain_}};
  const membership listed{*this, session};
  if (host_.peer_connected) host_.peer_connected(peer);
  if (done) std::exchange(done, nullptr)(peer);
  ending why = co_await session.run();
  peer = session.peer();
  keeper_.book().seen(peer::to_wire(peer.endpoint), network_.wall_clock());
  co_return std::move(why);
}

/// What an inbound peer says of its own address is hearsay.
void node::note_in_book(const peer_info& peer) {
  const wire::peer_address address = peer::to_wire(peer.endpoint);
  const io::wall_time now = network_.wall_clock();
  peer::address_book& book = keeper_.book();
  if (peer.way == peer::direction::inbound) book.add(address, address, now);
  else book.succeeded(address, peer.capabilities, peer.user_agent, now);
}

void node::connect(io::endpoint where, connected done) {
  if (sessions_ == nullptr) return done(failure{ending{end_cause::shutting_down, {}}});
  if (registry_.find(where) != nullptr) return done(failure{ending{end_cause::already_connected, {}}});
  sessions_->spawn(dial(where, std::move(done)));
}

task<result<peer_info, ending>> node::connect(io::endpoint where) {
  promised<result<peer_info, ending>> outcome;
  connect(where, connected{outcome});
  const auto given = co_await outcome.wait();
  if (!given) co_return failure{ending{end_cause::shutting_down, {}}};
  co_return std::move(*outcome);
}

std::size_t node::disconnect(io::endpoint where) {
  std::size_t ended = 0;
  for (peer::session* const each : registry_.sessions()) {
    if (!io::endpoint_range{where}.contains(each->peer().endpoint)) continue;
    each->end({end_cause::requested, {}});
    ++ended;
  }
  return ended;
}

void node::ban(io::endpoint_range whom, io::wall_time::duration length, wire::ban_cause cause,
               peer::keeper::stored done) {
  peer::ban made;
  made.whom = whom;
  made.cause = cause;
  made.since = network_.wall_clock();
  made.until = made.since + std::clamp<io::wall_time::duration>(length, {}, peer::limits::longest_ban);
  keeper_.ban(made, std::move(done));
  if (host_.banned) host_.banned(made);
  for (peer::session* const each : registry_.sessions()) {
    if (!whom.contains(each->peer().endpoint)) continue;
    each->send(wire::messages::ban_reason{cause});
    each->end({end_cause::banned, std::string{to_string(cause)}});
  }
}

peer::address_state node::state_of(const peer::known_address& which) const {
  const auto where = peer::to_endpoint(which.address);
  const bool banned = where && keeper_.banned().find(*where, network_.wall_clock()) != nullptr;
  return banned ? peer::address_state::banned : which.state();
}

std::size_t node::unban(io::endpoint_range whom, peer::keeper::stored done) {
  const auto lifted = keeper_.unban(whom, std::move(done));
  if (host_.unbanned) std::ranges::for_each(lifted, host_.unbanned);
  return lifted.size();
}

task<result<void, std::string>> node::ban(io::endpoint_range whom, io::wall_time::duration length,
                                          wire::ban_cause cause) {
  promised<result<void, std::string>> stored;
  ban(whom, length, cause, peer::keeper::stored{stored});
  const auto given = co_await stored.wait();
  if (!given) co_return failure{given.error().message()};
  co_return *stored;
}

task<result<std::size_t, std::string>> node::unban(io::endpoint_range whom) {
  promised<result<void, std::string>> stored;
  const std::size_t lifted = unban(whom, peer::keeper::stored{stored});
  const auto given = co_await stored.wait();
  if (!given) co_return failure{given.error().message()};
  if (!*stored) co_return failure{(*stored).error()};
  co_return lifted;
}

node_statistics node::statistics() const {
  node_statistics now = counted_;
  for (const peer::session* const each : registry_.sessions()) {
    ++(each->peer().way == peer::direction::inbound ? now.inbound : now.outbound);
    now.bytes_received += each->bytes_received();
    now.bytes_sent += each->bytes_sent();
  }
  now.transactions = relay_.statistics();
  now.chain = chain_.statistics();
  now.gossip = gossip_.statistics();
  now.addresses = keeper_.book().size();
  now.tried = keeper_.book().tried();
  now.bans = keeper_.banned().size();
  return now;
}

}  // namespace pappus
