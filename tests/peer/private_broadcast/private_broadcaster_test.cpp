// The way of an own transaction that is broadcast privately.
#include <algorithm>
#include <chrono>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/peer/private_broadcast/limits.hpp>
#include <pappus/statistics.hpp>

#include "private_network.hpp"

namespace private_broadcast_private_broadcaster_test {

using namespace private_broadcast;
using peer::fluff_reason;
using peer::stem_errc;
using peer::stem_outcome;

namespace {

/// An adapter whose `validate_tx` returns what `valid` is.
integration::adapter validating(const bool& valid) {
  integration::adapter made;
  made.validate_tx = [&valid](const auto&, peer::phase) { return valid; };
  return made;
}

}  // namespace

TEST_CASE("an own transaction is told to peers without a session, each through the proxy by credentials of its own") {
  private_network on{8};
  simulated_node& node = on.start();
  const auto tx = some_transaction(1);
  const own_record& sent = on.send(tx);
  on.world.run_for(100ms);
  REQUIRE(sent.taken);
  CHECK(sent.taken->has_value());  // on the disk
  CHECK(on.records->content().stems.size() == 1);
  CHECK(node->dandelion().own.transactions == 1);
  CHECK(node->dandelion().transactions == 0);
  on.world.run_for(3min);
  REQUIRE(on.proxy.requests.size() == 3);
  std::set<std::string> hosts;
  std::set<std::string> credentials;
  for (const auto& each : on.proxy.requests) {
    CHECK(each.host != to_string(on.hub.endpoint().address));
    hosts.insert(each.host);
    credentials.insert(each.credentials);
  }
  CHECK(hosts.size() == 3);
  CHECK(credentials.size() == 3);
  CHECK_FALSE(credentials.contains(""));
  CHECK(sent.outcome() == stem_outcome::seen);
  CHECK(on.having(tx) == 8);
  CHECK(node.has(tx));
  const auto now = node->dandelion().own;
  CHECK(now.transactions == 0);
  CHECK(now.bytes == 0);
  CHECK(now.connections == 0);
  CHECK(now.counted.told == 3);
  CHECK(now.counted.confirmed == 3);
  CHECK(on.records->content().stems.empty());
  CHECK(node.stemmed_to.size() == 3);
  CHECK(node.fluffed.empty());
}

TEST_CASE("a private connection is no session, and leaves no trace in the address book") {
  private_network on{8};
  simulated_node& node = on.start();
  const auto before = node->known_addresses();
  const own_record& sent = on.send(some_transaction(1));
  const auto connected = node.connected.size();
  on.world.run_for(3min);
  REQUIRE(sent.outcome() == stem_outcome::seen);
  CHECK(node.connected.size() == connected);
  CHECK(node->peers().size() == 1);
  CHECK(node->known_addresses() == before);
  CHECK(node->statistics().dialer.dials == 0);
  CHECK(node->statistics().sessions.sent[wire::messages::transaction::code] == 0);
}

TEST_CASE("the Hand, and the ping behind the transaction, are the same from every node, whatever its settings") {
  private_network on{0};
  strange_peer& peer = on.add(swallow);
  node_config config = on.config();
  config.user_agent = "some wallet";
  config.protocol_version.number = 2;
  config.capabilities = wire::capabilities{};
  config.advertise = io::endpoint{ip_address::v4(0x05060708), 9};
  simulated_node& node = on.start(std::move(config));
  node->set_chain_tip({1'000'000, 1'000});
  const auto tx = some_transaction(1);
  on.send(tx);
  on.world.run_for(20min);
  REQUIRE(peer.hands.size() >= 2);
  for (const wire::messages::hand& each : peer.hands) {
    CHECK(each.version == wire::latest_version);
    CHECK(each.capabilities == wire::default_capabilities);
    CHECK(each.total_difficulty == 3);
    CHECK(peer::to_endpoint(each.sender) == io::endpoint{{}, support::port});
    CHECK(peer::to_endpoint(each.receiver) == peer.endpoint());
    CHECK(each.user_agent == "MW/Grin 5.5.0");
  }
  CHECK(peer.hands[0].nonce != peer.hands[1].nonce);
  CHECK(peer.transactions.front()->hash() == tx->hash());
  CHECK(peer.pings.front() == wire::messages::ping{3, 0});
}

TEST_CASE("told peers that pass nothing on only delay a transaction: others are told later, none twice before") {
  private_network on{4};
  for (int i = 0; i != 6; ++i) on.add(swallow);
  for (const auto seed : {1, 2, 3, 4, 5}) {
    on.start();
    const auto tx = some_transaction(static_cast<std::uint64_t>(seed));
    const own_record& sent = on.send(tx);
    for (int minutes = 0; !sent.end && minutes != 240; ++minutes) on.world.run_for(1min);
    CHECK(sent.outcome() == stem_outcome::seen);
    CHECK(on.having(tx) == 4);
    for (const strange_peer& each : on.strangers) {
      CHECK(std::ranges::count(each.transactions, tx->hash(), [](const auto& got) { return got->hash(); }) <= 1);
    }
    on.stop();
  }
}

TEST_CASE("until it is public, peers get no answer about it, and what they send of it is taken as any transaction") {
  private_network on{0};
  strange_peer& peer = on.add(swallow);
  const auto tx = some_transaction(1);
  simulated_node& node = on.start();
  on.send(tx);
  on.world.run_for(10min);
  REQUIRE(peer.transactions.size() >= 1);
  const auto ask = [](sim::machine& at, io::endpoint to, wire::hash kernel) -> task<std::vector<std::uint8_t>> {
    auto asking = co_await support::scripted_peer::dial(at.runtime(), to);
    static_cast<void>(co_await asking.greet(asking.good_hand()));
    co_await asking.send(wire::messages::get_transaction{kernel});
    co_await asking.send(wire::messages::transaction_kernel{kernel});
    std::vector<std::uint8_t> codes;
    while (const auto got = co_await asking.receive(8s)) codes.push_back(got->code);
    co_return codes;
  };
  const auto codes = on.world.run(ask(on.world.add_machine(), node.endpoint(), tx->kernel_hash(0)));
  CHECK(std::ranges::count(codes, wire::messages::transaction::code) == 0);
  CHECK(std::ranges::count(codes, wire::messages::get_transaction::code) == 1);  // it is not known here
}

TEST_CASE("an invalid transaction is not taken, nor one that is here, or public") {
  bool valid = false;
  private_network on{4};
  on.start(validating(valid));
  const auto tx = some_transaction(1);
  const own_record& first = on.send(tx);
  on.world.run_for(1s);
  REQUIRE(first.taken);
  CHECK(first.taken->error() == stem_errc::invalid);
  CHECK(first.end->error() == stem_errc::not_private);
  valid = true;
  const own_record& second = on.send(tx);
  const own_record& third = on.send(tx);
  on.world.run_for(1s);
  CHECK(second.taken->has_value());
  CHECK(third.taken->error() == stem_errc::already_private);
  on.world.run_for(3min);
  REQUIRE(second.outcome() == stem_outcome::seen);
  const own_record& fourth = on.send(tx);
  on.world.run_for(1s);
  CHECK(fourth.taken->error() == stem_errc::already_public);
  CHECK(fourth.end->error() == stem_errc::not_private);
}

TEST_CASE("a transaction that is not valid any more before a round is given up") {
  bool valid = true;
  private_network on{0};
  strange_peer& peer = on.add(swallow);
  on.start(validating(valid));
  const own_record& sent = on.send(some_transaction(1));
  on.world.run_for(2min);
  REQUIRE(peer.transactions.size() == 1);
  valid = false;  // another spends its inputs
  on.world.run_for(10min);
  CHECK(sent.outcome() == stem_outcome::invalid);
  CHECK(peer.transactions.size() == 1);
  CHECK(on.records->content().stems.empty());
}

TEST_CASE("an adapter that gives no result is asked again, and the transaction waits") {
  std::size_t asked = 0;
  private_network on{4};
  integration::adapter slow;
  slow.validate_tx = [&asked](const auto&, peer::phase, const integration::responder<bool>& answer) {
    if (++asked == 3) answer(true);  // the first two are dropped without a result
  };
  on.start(std::move(slow));
  const own_record& sent = on.send(some_transaction(1));
  on.world.run_for(15s);
  CHECK_FALSE(sent.taken);
  on.world.run_for(5min);
  CHECK(sent.taken->has_value());
  CHECK(sent.outcome() == stem_outcome::seen);
}

TEST_CASE("functions of the adapter that throw cost a line in the log, and the transaction a delay") {
  std::size_t asked = 0;
  private_network on{4};
  integration::adapter throwing;
  throwing.validate_tx = [&asked](const auto&, peer::phase) {
    if (++asked < 3) throw std::runtime_error("no");
    return true;
  };
  simulated_node& node = on.start(std::move(throwing));
  const auto before = node->statistics().exceptions;
  const own_record& sent = on.send(some_transaction(1));
  on.world.run_for(5min);
  REQUIRE(sent.taken);
  CHECK(sent.taken->has_value());
  CHECK(sent.outcome() == stem_outcome::seen);
  CHECK(node->statistics().exceptions == before + 2);
}

TEST_CASE("the application makes it public itself: the broadcast ends, and that is said") {
  private_network on{0};
  strange_peer& peer = on.add(swallow);
  simulated_node& node = on.start();
  const auto tx = some_transaction(1);
  const own_record& sent = on.send(tx);
  on.world.run_for(2min);
  CHECK(node->fluff(tx).sent == 1);
  REQUIRE(sent.end);
  CHECK((*sent.end)->outcome == stem_outcome::fluffed);
  CHECK((*sent.end)->reason == fluff_reason::requested);
  CHECK(node.fluffed == std::vector{fluff_reason::requested});
  const std::size_t told = peer.transactions.size();
  on.world.run_for(3h);
  CHECK(peer.transactions.size() == told);
  CHECK(on.hub.has(tx));
}

TEST_CASE("an application that broadcasts or reports it as public ends the broadcast") {
  for (const bool broadcasts : {true, false}) {
    private_network on{0};
    simulated_node& node = on.start();
    const auto tx = some_transaction(1);
    const own_record& sent = on.send(tx);
    on.world.run_for(1s);
    if (broadcasts) static_cast<void>(node->broadcast(tx));
    else node->tx_accepted(*tx);
    CHECK(sent.outcome() == stem_outcome::seen);
  }
}

TEST_CASE("a round that has begun is completed, also when the transaction comes back before") {
  for (std::uint64_t seed = 1; seed != 20; ++seed) {
    private_network on{8, seed};
    simulated_node& node = on.start();
    const own_record& sent = on.send(some_transaction(seed));
    on.world.run_for(5min);
    CHECK(sent.outcome() == stem_outcome::seen);
    CHECK(node->dandelion().own.counted.rounds == 1);
    CHECK(on.proxy.requests.size() == 3);
  }
}

TEST_CASE("at most so many connections are open at once, of all transactions together") {
  std::size_t most = 0;
  private_network on{0};
  const auto linger = [&](support::scripted_peer& with, strange_peer& who) -> task<void> {
    std::size_t open = 0;
    for (const strange_peer& each : on.strangers) open += each.open;
    most = std::max(most, open);
    co_await who.listen_to(with);  // and no pong
  };
  for (int i = 0; i != 60; ++i) on.add(linger);
  on.start();
  for (std::uint64_t i = 0; i != 40; ++i) on.send(some_transaction(i));
  on.world.run_for(10min);
  CHECK(most == peer::limits::max_private_connections);
  std::size_t told = 0;
  for (const strange_peer& each : on.strangers) {
    told += each.transactions.size();
    CHECK(each.transactions.size() == each.connections);
  }
  CHECK(told >= 120);
}

TEST_CASE("on the Internet the peers of a round are in different netgroups") {
  private_network on{0};
  for (std::uint32_t i = 1; i != 9; ++i) {
    on.add(swallow, on.world.add_machine(ip_address::v4((i <= 6 ? 0x08080000 : 0x09090000) + i)));
  }
  node_config config = on.config();
  config.chain.on_internet = true;
  on.add_advertisers(3, config);
  on.start(std::move(config));
  on.send(some_transaction(1));
  on.world.run_for(2min);
  std::set<std::uint64_t> groups;
  std::size_t told = 0;
  for (const strange_peer& each : on.strangers) {
    told += each.transactions.size();
    if (!each.transactions.empty()) groups.insert(each.endpoint().address.netgroup());
  }
  CHECK(told == 2);
  CHECK(groups.size() == 2);
}

TEST_CASE("on the Internet only peers at the usual port are told") {
  private_network on{0};
  on.add(swallow, on.world.add_machine(ip_address::v4(0x08080808)));
  on.more_known.push_back({ip_address::v4(0x09090909), support::port + 1});  // known to this node alone, perhaps
  node_config config = on.config();
  config.chain.on_internet = true;
  on.add_advertisers(3, config);
  on.start(std::move(config));
  on.send(some_transaction(1));
  on.world.run_for(1h);
  REQUIRE_FALSE(on.proxy.requests.empty());
  for (const auto& each : on.proxy.requests) CHECK(each.port == support::port);
}

TEST_CASE("who has connected to the node is told as others are") {
  private_network on{0};
  strange_peer& peer = on.add(swallow);
  simulated_node& node = on.start();
  const auto stay = [](sim::machine& from, io::endpoint to) -> task<void> {
    auto session = co_await support::scripted_peer::dial(from.runtime(), to);
    static_cast<void>(co_await session.greet(session.good_hand()));
    static_cast<void>(co_await session.closed(1h));
  };
  sim::machine& at = *on.world.find(peer.endpoint().address);
  at.spawn(stay(at, node.endpoint()));
  on.world.run_for(1s);
  on.send(some_transaction(1));
  on.world.run_for(2min);
  CHECK(peer.transactions.size() == 1);
}

TEST_CASE("what the operator denies, and what is banned, is told nothing") {
  private_network on{2};
  node_config config = on.config();
  config.peer_lists.deny.emplace_back(on.others[0].endpoint());
  simulated_node& node = on.start(std::move(config));
  node->ban(io::endpoint_range{on.others[1].endpoint()}, 1h, wire::reason_for_ban::manual, {});
  on.send(some_transaction(1));
  on.world.run_for(30min);
  CHECK(on.proxy.requests.empty());
  CHECK(node->dandelion().own.counted.no_peer > 3);
  CHECK(node->dandelion().own.stalled);
}

}  // namespace private_broadcast_private_broadcaster_test
