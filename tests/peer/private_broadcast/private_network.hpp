// A node that broadcasts privately, a proxy, and peers that it knows.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <support/made_up.hpp>
#include <support/scripted_peer.hpp>
#include <support/simulated_node.hpp>
#include <support/socks_proxy.hpp>

#include <pappus/coro/scope.hpp>
#include <pappus/peer/address.hpp>
#include <pappus/peer/dandelion/status.hpp>
#include <pappus/peer/store/memory_store.hpp>

namespace private_broadcast {

using namespace pappus;
using namespace std::chrono_literals;
using support::simulated_node;
using support::some_transaction;

/// A store in memory that knows these addresses from the start.
inline peer::store_source stocked(std::shared_ptr<peer::memory_records> records, std::vector<io::endpoint> known) {
  peer::store_source source = peer::memory_store::source(records);
  source.open = [open = source.open, known = std::move(known)](const peer::keyed_hash::key& fresh) {
    auto opened = open(fresh);
    if (!opened) return opened;
    for (const io::endpoint& each : known) {
      const bool is_there = std::ranges::any_of(opened->content.addresses, [&each](const peer::address_info& stored) {
        return peer::to_endpoint(stored.address) == each;
      });
      if (is_there) continue;
      peer::address_info info;
      info.address = info.source = peer::to_wire(each);
      info.last_seen = sim::world_options{}.epoch;
      opened->content.addresses.push_back(std::move(info));
    }
    return opened;
  };
  return source;
}

/// What has become of an own transaction.
struct own_record {
  own_record(simulated_node& of, const wire::transaction_ptr& tx) {
    of->stem(tx, [this](const result<void>& outcome) { taken = outcome; });
    of->stem_result(tx, [this](const result<peer::stem_result>& outcome) { end = outcome; });
  }
  own_record(const own_record&) = delete;
  own_record& operator=(const own_record&) = delete;

  [[nodiscard]] std::optional<peer::stem_outcome> outcome() const {
    return end && *end ? std::optional{(*end)->outcome} : std::nullopt;
  }

  std::optional<result<void>> taken;
  std::optional<result<peer::stem_result>> end;
};

/// A peer with a behavior of its own on each connection.
class strange_peer {
public:
  using behavior = std::function<task<void>(support::scripted_peer& with, strange_peer& who)>;

  strange_peer(sim::machine& at, behavior acts) : at_(at), acts_(std::move(acts)) { at_.spawn(run()); }
  strange_peer(const strange_peer&) = delete;
  strange_peer& operator=(const strange_peer&) = delete;

  [[nodiscard]] io::endpoint endpoint() const noexcept { return {at_.address(), support::port}; }

  /// Shakes hands, and reads the transaction and the ping.
  task<void> listen_to(support::scripted_peer& with) {
    hands.push_back(co_await with.expect<wire::messages::hand>());
    co_await with.send(with.good_shake());
    transactions.push_back((co_await with.expect<wire::messages::transaction>()).tx);
    pings.push_back(co_await with.expect<wire::messages::ping>());
  }

  std::size_t connections = 0;
  std::size_t open = 0;
  std::vector<io::duration> lengths;  // of connections, until this side has read its end
  std::vector<wire::messages::hand> hands;
  std::vector<wire::transaction_ptr> transactions;
  std::vector<wire::messages::ping> pings;
  std::vector<io::time_point> began;

private:
  task<void> run() {
    co_await with_scope([this](scope& served) -> task<void> {
      auto listener = at_.runtime().listen({{}, support::port}).value();
      for (;;) {
        auto accepted = co_await listener->accept();
        if (!accepted) co_return;
        served.spawn(serve(std::move(*accepted)));
      }
    });
  }

  task<void> serve(io::stream_ptr stream) {
    ++connections;
    ++open;
    const io::time_point since = at_.runtime().now();
    began.push_back(since);
    support::scripted_peer with{at_.runtime(), std::move(stream)};
    try {
      co_await acts_(with, *this);
      static_cast<void>(co_await with.closed(1h));
    } catch (const std::runtime_error&) {
      // the other side has ended the connection before
    }
    lengths.push_back(at_.runtime().now() - since);
    --open;
  }

  sim::machine& at_;
  behavior acts_;
};

/// A peer that reads the transaction, answers the ping, and passes nothing on.
inline task<void> swallow(support::scripted_peer& with, strange_peer& who) {
  co_await who.listen_to(with);
  co_await with.send(wire::messages::pong{});
}

/// A peer that advertises these addresses when it is asked, or at first, too; otherwise it swallows what it is sent.
inline task<void> advertise(support::scripted_peer& with, strange_peer& who, std::vector<io::endpoint> known,
                            bool unasked = true) {
  wire::messages::peer_addrs addresses;
  for (const io::endpoint& each : known) addresses.addresses.push_back(peer::to_wire(each));
  static_cast<void>(co_await with.expect<wire::messages::hand>());
  co_await with.send(with.good_shake(wire::capability::peer_list));
  if (unasked) co_await with.send(addresses);
  while (const auto got = co_await with.receive(1h)) {
    if (got->code == wire::messages::get_peer_addrs::code) co_await with.send(addresses);
    if (got->code == wire::messages::ping::code) co_await with.send(wire::messages::pong{});
    if (got->code != wire::messages::transaction::code) continue;
    auto message = wire::decode<wire::messages::transaction>(got->body, with.spoken()).value();
    who.transactions.push_back(std::move(message.tx));
  }
}

/// Connects to a node, and sends it one message.
template <class Message>
task<void> say(sim::machine& from, io::endpoint to, Message message) {
  auto session = co_await support::scripted_peer::dial(from.runtime(), to);
  static_cast<void>(co_await session.greet(session.good_hand()));
  co_await session.send(std::move(message));
  while (co_await session.receive(5s)) continue;
}

/// Machines, in this order: a hub, to which the node and all other nodes have a session; the proxy; the node's; others.
struct private_network {
  explicit private_network(std::size_t nodes = 6, std::uint64_t seed = 1) : world{seed} {
    for (std::size_t i = 0; i != nodes; ++i) {
      node_config config = support::simulated_config();
      config.preferred_peers = {hub.endpoint()};
      others.emplace_back(world.add_machine(), std::move(config));
    }
  }

  /// With a proxy for private broadcast alone.
  [[nodiscard]] node_config config() {
    node_config made = support::simulated_config();
    made.preferred_peers = {hub.endpoint()};
    made.transport.proxy = proxy.settings();
    made.own_transactions = peer::own_broadcast::private_broadcast;
    made.custom_store = stocked(records, known());
    return made;
  }

  /// Starts the node, and waits until it has its session.
  simulated_node& start(integration::adapter more = {}) { return start(config(), std::move(more)); }
  simulated_node& start(node_config with, integration::adapter more = {}) {
    node.emplace(here, std::move(with), std::move(more));
    world.run_for(1min);
    return *node;
  }

  /// Ends the node, so that another one can be started.
  void stop() {
    node.reset();
    here.restart();
  }

  [[nodiscard]] std::vector<io::endpoint> known() {
    std::vector<io::endpoint> all{hub.endpoint()};
    for (simulated_node& each : others) all.push_back(each.endpoint());
    for (const io::endpoint& each : more_known) all.push_back(each);
    return all;
  }

  [[nodiscard]] std::size_t having(const wire::transaction_ptr& tx) {
    std::size_t count = 0;
    for (simulated_node& each : others) count += each.has(tx) ? 1 : 0;
    return count;
  }

  /// Adds a peer that the node knows.
  strange_peer& add(strange_peer::behavior acts) { return add(std::move(acts), world.add_machine()); }
  strange_peer& add(strange_peer::behavior acts, sim::machine& at) {
    strange_peer& added = strangers.emplace_back(at, std::move(acts));
    more_known.push_back(added.endpoint());
    return added;
  }

  /// Adds peers at addresses of the Internet, each in a netgroup of its own, with which a node with this configuration
  /// stays connected, and which advertise all that it knows.
  void add_advertisers(std::size_t count, node_config& config) {
    const auto acts = [this](support::scripted_peer& with, strange_peer& who) { return advertise(with, who, known()); };
    for (std::size_t i = 0; i != count; ++i) {
      const auto netgroup = static_cast<std::uint32_t>(0x2020 + advertisers.size());
      sim::machine& at = world.add_machine(ip_address::v4(netgroup << 16 | 1));
      config.preferred_peers.push_back(advertisers.emplace_back(at, acts).endpoint());
    }
  }

  /// Has the node broadcast a transaction.
  own_record& send(const wire::transaction_ptr& tx) { return sent.emplace_back(*node, tx); }

  std::deque<own_record> sent;         // these outlive what uses them
  std::deque<strange_peer> strangers;  // this, too
  std::deque<strange_peer> advertisers;
  sim::world world;
  simulated_node hub{world.add_machine()};
  support::socks_proxy proxy{world.add_machine()};
  sim::machine& here = world.add_machine();
  std::vector<io::endpoint> more_known;
  std::shared_ptr<peer::memory_records> records = std::make_shared<peer::memory_records>();
  std::deque<simulated_node> others;
  std::optional<simulated_node> node;
};

}  // namespace private_broadcast
