// Private broadcast: rounds of connections, and the peers that are drawn for them.
#include <algorithm>
#include <cstddef>
#include <utility>

#include <pappus/io/random.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/peer/address.hpp>
#include <pappus/peer/private_broadcast/delivery.hpp>
#include <pappus/peer/private_broadcast/limits.hpp>
#include <pappus/peer/private_broadcast/private_broadcaster.hpp>

namespace pappus::peer {
namespace {

/// Counts a connection while it lives.
class open_connection {
public:
  explicit open_connection(std::size_t& counter) noexcept : counter_(counter) { ++counter_; }
  open_connection(const open_connection&) = delete;
  open_connection& operator=(const open_connection&) = delete;
  ~open_connection() { --counter_; }

private:
  std::size_t& counter_;
};

}  // namespace

/// Notes the end of a round, however it ends.
class private_broadcaster::round_end {
public:
  round_end(private_broadcaster& owner, const wire::transaction& tx) noexcept : owner_(owner), tx_(tx) {}
  round_end(const round_end&) = delete;
  round_end& operator=(const round_end&) = delete;
  ~round_end() {
    if (own_transaction* const own = owner_.find(tx_)) own->in_round = false;
  }

private:
  private_broadcaster& owner_;
  const wire::transaction& tx_;
};

void private_broadcaster::begin_round(own_transaction& which) {
  arm(which, which.pauses.next(deps_.runtime));
  if (tasks_ == nullptr || which.in_round) return;
  tasks_->spawn(round(which.tx));
  which.in_round = true;
  ++counted_.rounds;
}

task<void> private_broadcaster::round(wire::transaction_ptr tx) {
  const round_end noted{*this, *tx};
  round_record record;
  const auto begin = [&](scope& connections) {
    for (std::size_t i = 0; i != options_.connections; ++i) connections.spawn(make_connection(tx, record));
  };
  co_await with_scope(coro::supervised_by{deps_.exceptions}, begin);
  note_round(record);
}

/// Logs once that no peer can be told, and once that it works again.
void private_broadcaster::note_round(const round_record& record) {
  if (record.is_stopped) return;
  const bool was_stalled = std::exchange(stalled_, record.told == 0);
  if (was_stalled == stalled_) return;
  deps_.log(log_level::warning, log_category::dial, [&] {
    return stalled_ ? "own transactions wait, since no peer can be told through the proxy: " + record.obstacle
                    : std::string{"own transactions are broadcast again"};
  });
}

/// Each time has a delay of its own, also when too many connections are open: none begins because another has ended.
task<void> private_broadcaster::make_connection(const wire::transaction_ptr& tx, round_record& in) {
  for (std::size_t dials = 0; dials != limits::max_private_dials;) {
    const io::duration delay = io::to_exponential(io::random_bits(deps_.runtime), options_.mean_delay);
    const auto slept = co_await io::sleep_for(deps_.runtime, delay);
    if (!slept) {
      in.is_stopped = true;
      co_return;
    }
    if (connections_ >= limits::max_private_connections) continue;
    const auto where = draw(*tx, in);
    if (!where) {
      ++counted_.no_peer;
      if (in.obstacle.empty()) in.obstacle = "no peer is known without a session";
      co_return;
    }
    ++dials;
    in.dialed.push_back(*where);
    const bool is_told = co_await tell(tx, *where, in);
    if (is_told) co_return;
  }
}

/// False if nothing of the transaction was sent.
task<bool> private_broadcaster::tell(const wire::transaction_ptr& tx, io::endpoint where, round_record& in) {
  const open_connection counted{connections_};
  auto stream = co_await deps_.paths.connect_apart(where);
  if (!stream) {
    if (stream.error() == make_error_code(errc::canceled)) co_return false;
    ++(connector::is_of_proxy(stream.error()) ? counted_.proxy_failures : counted_.unreachable);
    in.obstacle = stream.error().message();
    co_return false;
  }
  const bool is_first = note_told(*tx, where);
  auto introduction = anonymous_hand(options_, deps_.local.chain, where, io::random_bits(deps_.runtime));
  const delivery reached =
      co_await deliver(deps_.runtime, **stream, std::move(introduction), tx, deps_.local.chain, deps_.pool);
  if (reached == delivery::refused) {
    if (is_first) note_not_told(*tx, where);
    ++counted_.refused;
    in.obstacle = "peers accept no connection";
    co_return false;
  }
  ++in.told;
  ++counted_.told;
  if (reached == delivery::confirmed) ++counted_.confirmed;
  peer_info peer;
  peer.endpoint = where;
  peer.direction = direction::outbound;
  peer.transport = transport_type::proxy;
  if (!closed_) deps_.events.transaction_stemmed(tx, peer);
  co_return true;
}

/// A peer that was told before is better than none.
std::optional<io::endpoint> private_broadcaster::draw(const wire::transaction& tx, const round_record& in) {
  const own_transaction* const own = find(tx);
  const auto fits = [this, &in](const address_info& each) { return may_tell(to_endpoint(each.address), in); };
  const auto is_new = [&](const address_info& each) {
    const bool told = own != nullptr && std::ranges::find(own->told, to_endpoint(each.address)) != own->told.end();
    return !told && fits(each);
  };
  address_book& book = deps_.store.book();
  const io::wall_time now = deps_.store.clock().now();
  auto drawn = book.select(now, limits::recent_dial_window, is_new);
  if (!drawn) drawn = book.select(now, limits::recent_dial_window, fits);
  return drawn ? std::optional{to_endpoint(*drawn)} : std::nullopt;
}

/// Peers of one round are in different netgroups, so that one owner does not see two connections. On the Internet only
/// the usual port: a stranger who made another one known to this node alone would know whose is what arrives there. The
/// same of an onion service, which only the operator has named.
bool private_broadcaster::may_tell(io::endpoint where, const round_record& in) const {
  const bool is_usual = !deps_.local.chain.on_internet || where.port == deps_.local.chain.default_port;
  if (where.address.is_named() || !is_usual) return false;
  if (deps_.paths.obstacle_apart(where) || deps_.local.own.contains(where) || has_session_with(where)) return false;
  const bool is_near = std::ranges::any_of(in.dialed, [this, where](const io::endpoint& each) {
    if (!deps_.local.chain.on_internet) return each == where;
    return each.address.netgroup() == where.address.netgroup();
  });
  if (is_near || deps_.gater.reject_reason(where, deps_.store.clock().now())) return false;
  const account* const charged = deps_.account.find(where);
  return charged == nullptr || !charged->misbehavior.discourages(deps_.runtime.now());
}

/// Only sessions that this node has made count: who connects to it could otherwise choose not to be told.
bool private_broadcaster::has_session_with(io::endpoint where) const {
  if (deps_.account.exempts(where.address)) return deps_.peers.find(where) != nullptr;
  return deps_.peers.count(direction::outbound, where.address) != 0;
}

/// Before the peer can have anything of it, since it may send it back before the connection has ended. False if it was
/// told before.
bool private_broadcaster::note_told(const wire::transaction& tx, io::endpoint where) {
  own_transaction* const own = find(tx);
  if (own == nullptr || std::ranges::find(own->told, where) != own->told.end()) return false;
  if (own->told.size() == limits::max_told_peers) own->told.erase(own->told.begin());
  own->told.push_back(where);
  return true;
}

void private_broadcaster::note_not_told(const wire::transaction& tx, io::endpoint where) {
  if (own_transaction* const own = find(tx)) std::erase(own->told, where);
}

}  // namespace pappus::peer
