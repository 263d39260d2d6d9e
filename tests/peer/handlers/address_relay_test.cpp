// Requests for addresses, and addresses that peers send.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/socks_proxy.hpp>
#include <support/stage.hpp>

#include <pappus/io/timer.hpp>
#include <pappus/peer/address.hpp>
#include <pappus/peer/discovery/limits.hpp>
#include <pappus/peer/handlers/address_relay.hpp>
#include <pappus/peer/handlers/limits.hpp>

namespace handlers_address_relay_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace wire::messages;
using support::scripted_peer;
using support::simulated_node;
using support::stage;

namespace limits = pappus::peer::limits;

namespace {

/// `count` addresses, each in a netgroup of its own while there are such.
peer_addrs many(std::uint32_t count, std::uint32_t from = 0) {
  peer_addrs made;
  for (std::uint32_t i = from; i < from + count; ++i) {
    const std::uint32_t ip = 0x0b000000 + i * 65'537 % 0x60000000;
    made.addresses.push_back(peer::to_wire({pappus::ip_address::v4(ip), 3414}));
  }
  return made;
}

/// The addresses sent to a peer that requests them; none if there is no response.
task<std::optional<peer_addrs>> told(scripted_peer* asking, wire::capabilities wanted = {}) {
  co_await asking->send(get_peer_addrs{wanted});
  co_await asking->send(ping{});
  std::optional<peer_addrs> answer;
  for (;;) {
    auto got = co_await asking->receive(5s);
    REQUIRE(got.has_value());
    if (got->code == peer_addrs::code) answer = wire::decode<peer_addrs>(got->body, {}).value();
    if (got->code == pong::code) co_return answer;
  }
}

/// Connects a node to others until it has `count` healthy addresses.
void let_dial(stage& on, std::vector<std::unique_ptr<simulated_node>>& others, std::size_t count) {
  on.world.run_for(1s);
  while (others.size() < count) {
    others.push_back(std::make_unique<simulated_node>(on.world.add_machine()));
    on.node->connect(others.back()->endpoint(), [](auto) {});
  }
  on.world.run_for(1s);
}

}  // namespace

TEST_CASE(
    "a request for addresses is answered with healthy ones that have the requested capabilities, without the peer's "
    "own") {
  stage on;
  std::vector<std::unique_ptr<simulated_node>> others;
  let_dial(on, others, 3);
  auto script = [](stage* at, std::size_t healthy) -> task<void> {
    auto peer = co_await at->greeted();
    const auto answer = co_await told(&peer);
    REQUIRE(answer.has_value());
    CHECK(answer->addresses.size() == healthy);
    auto picky = co_await at->greeted();
    const auto none = co_await told(&picky, wire::capability::block_hist);
    REQUIRE(none.has_value());
    CHECK(none->addresses.empty());
  };
  on.play(script(&on, 3));
  const auto own = others[0]->endpoint();
  auto itself = [](stage* at, sim::machine* from, io::endpoint where) -> task<void> {
    auto peer = co_await scripted_peer::dial(from->runtime(), at->node.endpoint());
    hand ours = peer.good_hand();
    ours.sender = peer::to_wire(where);
    static_cast<void>(co_await peer.greet(std::move(ours)));
    static_cast<void>(co_await peer.expect<ping>());
    const auto answer = co_await told(&peer);
    REQUIRE(answer.has_value());
    CHECK(std::ranges::count(answer->addresses, peer::to_wire(where)) == 0);
    CHECK(answer->addresses.size() == 2);
  };
  on.play(itself(&on, on.world.find(own.address), own));
}

TEST_CASE("a peer gets one response a minute, however often it asks") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    auto first = co_await told(&peer);
    CHECK(first.has_value());
    for (int i = 0; i < 5; ++i) {
      const auto again = co_await told(&peer);
      CHECK_FALSE(again.has_value());
    }
    auto other = co_await at->greeted();
    const auto its_first = co_await told(&other);
    CHECK(its_first.has_value());
    for (int i = 0; i < 7; ++i) {
      static_cast<void>(co_await io::sleep_for(at->net(), 9s));
      co_await peer.send(pong{});
    }
    const auto later = co_await told(&peer);
    CHECK(later.has_value());
  };
  on.play(script(&on));
  CHECK(on.node->statistics().address_relay.requests == 8);
  CHECK(on.node->statistics().address_relay.answered == 3);
}

TEST_CASE("all requests within most of a day get the same addresses, unless the book has doubled") {
  stage on;
  std::vector<std::unique_ptr<simulated_node>> others;
  const auto asked = [&on] {
    peer_addrs answer;
    auto script = [](stage* at, peer_addrs* into) -> task<void> {
      auto peer = co_await at->greeted();
      auto given = co_await told(&peer);
      REQUIRE(given.has_value());
      *into = *std::move(given);
    };
    on.play(script(&on, &answer));
    return answer;
  };
  let_dial(on, others, 60);
  const peer_addrs first = asked();
  CHECK(first.addresses.size() == 60 * limits::addr_sample_percent / 100);
  let_dial(on, others, 100);
  CHECK(asked() == first);
  on.world.run_for(1h);
  CHECK(asked() == first);
  let_dial(on, others, 120);
  const peer_addrs grown = asked();
  CHECK(grown.addresses.size() == 120 * limits::addr_sample_percent / 100);
  others.clear();  // a peer that has disconnected sends nothing for a day
  on.world.run_for(limits::max_addr_sample_lifetime);
  CHECK(asked() != grown);
}

namespace {

/// A node with an onion service and sixty healthy addresses, and what it tells at each of its listeners.
struct two_listeners {
  static constexpr io::endpoint service{ip_address::v4(0x7f000001), 3413};
  static constexpr std::size_t known = 60;
  static constexpr std::size_t told_at_once = known * limits::addr_sample_percent / 100;

  static node_config config() {
    node_config made = support::simulated_config();
    made.onion_listen = service;
    made.receive_limit = peer::rate_limit::unlimited();
    return made;
  }

  two_listeners() {
    std::vector<std::unique_ptr<simulated_node>> others;
    let_dial(on, others, known);
  }

  std::set<wire::peer_address> asked(io::endpoint listener) {
    auto script = [](sim::machine* from, io::endpoint to) -> task<std::set<wire::peer_address>> {
      auto peer = co_await scripted_peer::dial(from->runtime(), to);
      static_cast<void>(co_await peer.greet(peer.good_hand()));
      auto given = co_await told(&peer);
      REQUIRE(given.has_value());
      co_return std::set<wire::peer_address>(given->addresses.begin(), given->addresses.end());
    };
    sim::machine& from = listener == service ? *on.world.find(on.node.endpoint().address) : on.world.add_machine();
    auto answer = on.world.run(script(&from, listener));
    CHECK(answer.size() == told_at_once);
    return answer;
  }

  stage on{integration::adapter{}, {}, config()};
};

std::size_t in_both(const std::set<wire::peer_address>& one, const std::set<wire::peer_address>& other) {
  return static_cast<std::size_t>(
      std::ranges::count_if(one, [&other](const auto& each) { return other.contains(each); }));
}

}  // namespace

TEST_CASE("what is told by an onion service says no more of what is told elsewhere than that the book is the same") {
  two_listeners at;
  std::size_t common = 0;
  std::size_t kept = 0;
  constexpr std::size_t days = 10;  // an address that is not reached is forgotten after 14
  for (std::size_t day = 0; day != days; ++day) {
    const auto directly = at.asked(at.on.node.endpoint());
    const auto by_onion = at.asked(two_listeners::service);
    common += in_both(directly, by_onion);
    at.on.world.run_for(limits::min_addr_sample_lifetime - 1h);
    kept += at.asked(at.on.node.endpoint()) == directly && at.asked(two_listeners::service) == by_onion ? 1 : 0;
    at.on.world.run_for(limits::max_addr_sample_lifetime - limits::min_addr_sample_lifetime + 1h);
  }
  CHECK(kept == days);
  // Independent draws have 13 * 13 / 60 in common on average; one sample would have 13, disjoint ones 0.
  const double expected = static_cast<double>(days * two_listeners::told_at_once * two_listeners::told_at_once) /
                          static_cast<double>(two_listeners::known);
  CHECK(static_cast<double>(common) > 0.7 * expected);
  CHECK(static_cast<double>(common) < 1.4 * expected);
}

TEST_CASE(
    "a peer that the node has dialed through a proxy is told no address, one that comes by its onion service is") {
  sim::world world{1};
  const support::socks_proxy proxy{world.add_machine()};
  node_config config = two_listeners::config();
  config.transport.rule = peer::transport_rule::proxy;
  config.transport.proxy = proxy.settings();
  sim::machine& here = world.add_machine();
  simulated_node node{here, std::move(config)};
  world.run_for(1s);
  std::vector<std::unique_ptr<simulated_node>> others;
  for (std::size_t i = 0; i != limits::min_addr_sample; ++i) {
    others.push_back(std::make_unique<simulated_node>(world.add_machine()));
    node->connect(others.back()->endpoint(), [](auto) {});
  }
  world.run_for(5s);
  const auto when_dialed = [](sim::machine* at, simulated_node* by) -> task<std::size_t> {
    auto listener = at->runtime().listen({{}, support::port}).value();
    by->get().connect({at->address(), support::port}, [](auto) {});
    auto accepted = co_await listener->accept();
    scripted_peer peer{at->runtime(), std::move(accepted).value()};
    static_cast<void>(co_await peer.expect<hand>());
    co_await peer.send(peer.good_shake());
    const auto given = co_await told(&peer);
    REQUIRE(given.has_value());
    co_return given->addresses.size();
  };
  CHECK(world.run(when_dialed(&world.add_machine(), &node)) == 0);
  const auto by_onion = [](sim::machine* at) -> task<std::size_t> {
    auto peer = co_await scripted_peer::dial(at->runtime(), two_listeners::service);
    static_cast<void>(co_await peer.greet(peer.good_hand()));
    const auto given = co_await told(&peer);
    REQUIRE(given.has_value());
    co_return given->addresses.size();
  };
  CHECK(world.run(by_onion(&here)) == limits::min_addr_sample);
}

TEST_CASE("the samples of two listeners change at times of their own") {
  two_listeners at;
  const auto directly = at.asked(at.on.node.endpoint());
  const auto by_onion = at.asked(two_listeners::service);
  at.on.world.run_for(limits::min_addr_sample_lifetime);
  int apart = 0;
  for (int i = 0; i != 12; ++i) {
    const bool has_changed = at.asked(at.on.node.endpoint()) != directly;
    apart += has_changed != (at.asked(two_listeners::service) != by_onion) ? 1 : 0;
    at.on.world.run_for(30min);
  }
  CHECK(apart > 0);
}

TEST_CASE(
    "inbound peers are not named, however few other addresses there are, before they were reached at their address") {
  node_config config = support::simulated_config();
  config.connection_limits.outbound = 8;
  stage on{integration::adapter{}, {}, std::move(config)};
  const auto asked = [](stage* at) -> task<peer_addrs> {
    auto peer = co_await at->greeted();
    auto given = co_await told(&peer);
    REQUIRE(given.has_value());
    co_return *std::move(given);
  };
  sim::machine& visitor_host = on.world.add_machine();
  sim::machine& liar_host = on.world.add_machine();
  auto lie = [](sim::machine* from, io::endpoint to) -> task<void> {
    static_cast<void>(co_await io::sleep_for(from->runtime(), 1s));
    auto liar = co_await scripted_peer::dial(from->runtime(), to);
    static_cast<void>(co_await liar.greet(liar.good_hand(support::port)));
    static_cast<void>(co_await liar.closed());
  };
  liar_host.spawn(lie(&liar_host, on.node.endpoint()));
  {
    simulated_node visitor{visitor_host};
    on.world.run_for(1s);
    visitor->connect(on.node.endpoint(), [](const auto&) {});
    on.world.run_for(300ms);
    CHECK(on.node->peers().size() >= 2);
    CHECK(on.world.run(asked(&on)).addresses.empty());
    on.world.run_for(limits::small_addr_sample_lifetime + limits::max_search_pause);
    const peer_addrs known = on.world.run(asked(&on));
    CHECK(known.addresses == std::vector{peer::to_wire(visitor.endpoint())});
  }
}

TEST_CASE("addresses with ports of other services are refused") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await scripted_peer::dial(at->net(), at->node.endpoint());
    static_cast<void>(co_await peer.greet(peer.good_hand(443)));
    static_cast<void>(co_await peer.expect<ping>());
    peer_addrs message;
    for (const std::uint16_t port : std::array<std::uint16_t, 4>{22, 443, 6667, 3414}) {
      message.addresses.push_back(peer::to_wire({pappus::ip_address::v4(0x0b000001), port}));
    }
    co_await peer.send(std::move(message));
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    const auto counted = at->node->statistics();
    CHECK(counted.address_relay.refused == 3);
    CHECK(counted.address_relay.added == 1);
    CHECK(counted.addresses == 1);
  };
  on.play(script(&on));
}

TEST_CASE("a few unsolicited addresses are accepted, however many a peer sends") {
  node_config config = support::simulated_config();
  config.receive_limit = peer::rate_limit::unlimited();
  stage on{integration::adapter{}, sim::world_options{}, std::move(config)};
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    constexpr std::uint32_t messages = 4'000;
    for (std::uint32_t i = 0; i < messages; ++i) co_await peer.send(many(256, i * 256));
    co_await peer.send(ping{});
    while (true) {
      const auto got = co_await peer.receive(60s);
      REQUIRE(got.has_value());
      if (got->code == pong::code) break;
      if (got->code == ping::code) co_await peer.send(pong{});
    }
    const auto counted = at->node->statistics();
    CHECK(counted.address_relay.received == 1'024'000);
    CHECK(counted.address_relay.received - counted.address_relay.unsolicited_rate_limited < 20);
    CHECK(counted.addresses < 20);
    CHECK(counted.address_relay.added <= counted.addresses);
  };
  on.play(script(&on));
}

TEST_CASE("all addresses of a requested response are accepted, with the peer as their source") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    bool answered = false;
    at->node->request(1, get_peer_addrs{}, [&answered](const auto& given) { answered = given.has_value(); });
    static_cast<void>(co_await peer.expect<get_peer_addrs>());
    co_await peer.send(many(256));
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    CHECK(answered);
    const auto counted = at->node->statistics().address_relay;
    CHECK(counted.unsolicited_rate_limited == 0);
    CHECK(counted.added > 200);
    for (const auto& each : at->node->known_addresses()) {
      CHECK(each.source.ip == at->peer_host.address());
    }
  };
  on.play(script(&on));
}

}  // namespace handlers_address_relay_test
