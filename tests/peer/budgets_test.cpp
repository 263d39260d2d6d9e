// Limits of all peers at one address together, however often they connect again: messages and addresses.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include <doctest/doctest.h>
#include <support/made_up.hpp>
#include <support/stage.hpp>

#include <pappus/io/timer.hpp>
#include <pappus/peer/address.hpp>
#include <pappus/peer/connections/limits.hpp>

namespace budgets_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace wire::messages;
using support::scripted_peer;
using support::simulated_config;
using support::stage;
namespace limits = pappus::peer::limits;

namespace {

node_config with_usual_slots() {
  node_config config = simulated_config();
  config.connection_limits.inbound_per_address = limits::max_inbound_per_address;
  return config;
}

stage usual(integration::adapter adapter = {}) { return stage{std::move(adapter), {}, with_usual_slots()}; }

/// Sends a little less than the limit, and connects again, as fast as it may.
task<void> flood(stage* at, io::time_point until) {
  while (at->net().now() < until) {
    static_cast<void>(co_await io::sleep_for(at->net(), 100ms));
    auto peer = co_await scripted_peer::dial(at->net(), at->node.endpoint());
    co_await peer.send(peer.good_hand());
    for (int i = 0; i != 490; ++i) co_await peer.send(pong{});
    co_await peer.send(ping{});
    for (;;) {
      const auto got = co_await peer.receive(10s);
      if (!got || got->code == pong::code) break;
    }
  }
}

}  // namespace

TEST_CASE(
    "an address that connects repeatedly sends no more messages than four peers may, and another peer at it is "
    "served") {
  stage on = usual();
  auto script = [](scope& beside, stage* at) -> task<void> {
    auto neighbor = co_await at->greeted();
    const io::time_point began = at->net().now();
    const io::time_point until = began + 5min;
    for (std::size_t i = 1; i != limits::max_inbound_per_address; ++i) beside.spawn(flood(at, until));
    io::duration slowest{};
    for (int i = 0; i != 290; ++i) {
      const io::time_point asked = at->net().now();
      co_await neighbor.send(ping{});
      static_cast<void>(co_await neighbor.expect<pong>(5s));
      if (i % 10 == 0) co_await neighbor.send(pong{});
      slowest = std::max<io::duration>(slowest, at->net().now() - asked);
      static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    }
    CHECK(slowest < 1s);
    const auto counted = at->node->statistics();
    const std::uint64_t messages = counted.sessions.received[pong::code] + counted.sessions.received[ping::code];
    const auto minutes = std::chrono::duration<double, std::ratio<60>>{at->net().now() - began}.count();
    CHECK(static_cast<double>(messages) < limits::max_inbound_per_address * (500 + 500 * minutes));
    CHECK(counted.sessions.slowed > 0);
    CHECK(counted.ban_manager.discouraged == 0);
  };
  on.play(with_scope(script, &on));
}

TEST_CASE("responses with transactions count in the quota of the address, and outlive a session") {
  const auto tx = support::some_transaction(1);
  integration::adapter adapter;
  adapter.get_transaction = [&tx](const wire::hash&) { return tx; };
  node_config config = with_usual_slots();
  config.upload_limits.bytes = 10 * tx->raw_bytes().size();
  stage on{std::move(adapter), {}, std::move(config)};
  auto script = [](stage* at, wire::hash kernel) -> task<void> {
    std::size_t given = 0;
    for (int connection = 0; connection != 5; ++connection) {
      auto peer = co_await at->greeted();
      for (int i = 0; i != 20; ++i) co_await peer.send(get_transaction{kernel});
      for (;;) {
        const auto got = co_await peer.receive(1s);
        if (!got) break;
        given += got->code == wire::messages::transaction::code ? 1 : 0;
      }
    }
    CHECK(given >= 10);
    CHECK(given <= 12);
    CHECK(at->node->statistics().sessions.postponed > 0);
  };
  on.play(script(&on, tx->kernel_hash(0)));
}

TEST_CASE("unsolicited addresses are accepted at the rate of one peer, however many peers connect") {
  stage on = usual();
  auto script = [](stage* at) -> task<void> {
    std::uint32_t next = 0;
    for (int i = 0; i != 20; ++i) {
      auto peer = co_await at->greeted();
      peer_addrs message;
      for (int each = 0; each != 20; ++each)
        message.addresses.push_back(peer::to_wire({pappus::ip_address::v4(0x0b000000 + (++next << 16)), 1}));
      co_await peer.send(std::move(message));
      static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    }
    const auto counted = at->node->statistics().address_relay;
    CHECK(counted.received == 400);
    CHECK(counted.received - counted.unsolicited_rate_limited <= 13);
  };
  on.play(script(&on));
}

TEST_CASE("requests for addresses are answered once a minute for each peer an address may have, also for new ones") {
  stage on = usual();
  auto script = [](stage* at) -> task<void> {
    for (int i = 0; i != 20; ++i) {
      auto peer = co_await at->greeted();
      co_await peer.send(get_peer_addrs{});
      static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    }
    CHECK(at->node->statistics().address_relay.requests == 20);
    CHECK(at->node->statistics().address_relay.answered == limits::max_inbound_per_address + 1);
  };
  on.play(script(&on));
}

}  // namespace budgets_test
