// Strangers that try to fill a node's memory.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/made_up.hpp>
#include <support/scripted_peer.hpp>
#include <support/stage.hpp>
#include <wire/samples.hpp>

#include <pappus/io/timer.hpp>
#include <pappus/wire/messages/block.hpp>

namespace memory_test {

using namespace pappus;
using namespace std::chrono_literals;
using support::scripted_peer;
using support::stage;
using wire::messages::block;

namespace {

constexpr std::size_t cap = 4 << 20;
constexpr std::size_t half_a_mebibyte = 512 << 10;

constexpr wire::chain_limits wide = wire::chain_parameters_for(wire::chain_type::mainnet).limits;

/// On a chain whose limits are small except for the size of blocks.
node_config with_cap() {
  node_config config = support::simulated_config();
  config.chain.limits.block_weight = wide.block_weight;
  config.max_memory = cap;
  config.log_level = peer::log_level::info;
  config.connection_limits.inbound = 16;
  config.connection_limits.inbound_per_address = 16;
  return config;
}

/// A transaction with outputs of 700 bytes.
wire::block_ptr large_block(std::size_t outputs) {
  samples::header_draft head = samples::some_header(1);
  head.time = 1'500'000'000;  // before any simulated world
  wire::codec_context spoken = samples::speaking(1000);
  spoken.limits.block_weight = wide.block_weight;
  return wire::decode<block>(samples::written(head, samples::some_draft(1, 1, outputs), 1000), spoken).value().value;
}

/// A peer that sends the beginning of a block.
task<void> begin_block(scripted_peer* peer, std::size_t bytes) {
  static const wire::block_ptr whole = large_block(1'800);
  const wire::bytes_view begun = whole->raw_bytes().first(bytes);
  co_await peer->send_frame(block::code, wire::bytes(begun.begin(), begun.end()), whole->raw_bytes().size());
}

task<bool> is_served(scripted_peer* peer) {
  co_await peer->send(wire::messages::ping{});
  for (;;) {
    const auto got = co_await peer->receive(1s);
    if (!got) co_return false;
    if (got->code == wire::messages::pong::code) co_return true;
  }
}

std::ptrdiff_t ended_for_memory(const stage& at) { return std::ranges::count(at.node.disconnected, "memory_limit"); }

/// An outbound peer.
task<scripted_peer> dialed(stage* at) {
  auto listening = at->net().listen({{}, 3414});
  REQUIRE(listening.has_value());
  at->node->connect(io::endpoint{at->peer_host.address(), 3414}, [](const auto&) {});
  auto accepted = co_await (*listening)->accept();
  REQUIRE(accepted.has_value());
  scripted_peer met{at->net(), *std::move(accepted)};
  static_cast<void>(co_await met.expect<wire::messages::hand>());
  co_await met.send(met.good_shake());
  static_cast<void>(co_await met.expect<wire::messages::ping>());
  co_return std::move(met);
}

}  // namespace

TEST_CASE("incomplete frames count; when they are too many, the slowest peer of the largest netgroup is disconnected") {
  stage on{integration::adapter{}, {}, with_cap()};
  auto script = [](stage* at) -> task<void> {
    auto friendly = co_await dialed(at);
    co_await begin_block(&friendly, 100'000);
    auto other = co_await at->stranger();
    co_await begin_block(&other, half_a_mebibyte);

    sim::machine& attacker = at->world.add_machine();
    std::deque<scripted_peer> many;
    for (int i = 0; i != 14; ++i) {
      many.push_back(co_await at->shaken_from(attacker.runtime()));
      static_cast<void>(co_await many.back().expect<wire::messages::ping>());
      co_await begin_block(&many.back(), half_a_mebibyte);
      static_cast<void>(co_await io::sleep_for(at->net(), 1s));
      CHECK(at->node->statistics().memory.used <= cap);
    }
    const auto gone = static_cast<std::size_t>(ended_for_memory(*at));
    CHECK(gone >= 6);
    CHECK(gone <= 11);
    for (std::size_t i = 0; i != many.size(); ++i) {
      const bool closed = co_await many[i].closed(100ms);
      CHECK(closed == (i < gone));
    }
    CHECK(at->node->statistics().connections.ended[peer::disconnect_reason::memory_limit] == gone);
    CHECK(at->node->peers().size() == 2 + many.size() - gone);
    CHECK(at->node->bans().empty());
  };
  on.play(script(&on));
}

TEST_CASE(
    "messages that wait for peers that do not read count, and these peers are disconnected; those that read are "
    "served") {
  const wire::block_ptr large = large_block(300);
  integration::adapter adapter;
  adapter.get_block = [large](const wire::hash&) { return large; };
  sim::world_options options;
  options.default_link.window = 4096;
  node_config config = with_cap();
  config.send_limit = peer::rate_limit::unlimited();
  config.receive_limit = peer::rate_limit::unlimited();
  stage on{adapter, options, config};
  auto script = [](stage* at) -> task<void> {
    auto honest = co_await at->stranger();
    sim::machine& attacker = at->world.add_machine();
    std::deque<scripted_peer> many;
    for (int i = 0; i != 12; ++i) {
      many.push_back(co_await at->shaken_from(attacker.runtime()));
      for (int n = 0; n != 20; ++n) co_await many.back().send(wire::messages::get_block{{}});
      static_cast<void>(co_await io::sleep_for(at->net(), 100ms));
      CHECK(at->node->statistics().memory.used <= cap);
    }
    CHECK(ended_for_memory(*at) > 0);
    const bool served = co_await is_served(&honest);
    CHECK(served);
  };
  on.play(script(&on));
}

TEST_CASE("an announcement that waits for many peers counts once") {
  sim::world_options options;
  options.default_link.window = 4096;
  node_config config = with_cap();
  config.connection_limits.inbound = 100;
  config.connection_limits.inbound_per_address = 100;
  stage on{integration::adapter{}, options, config};
  auto script = [](stage* at) -> task<void> {
    std::deque<scripted_peer> many;
    for (int i = 0; i != 60; ++i) many.push_back(co_await at->greeted());
    const wire::block_ptr large = large_block(100);
    const std::size_t before = at->node->statistics().memory.used;
    CHECK(at->node->broadcast(large).sent == 60);
    const std::size_t held = at->node->statistics().memory.used - before;
    CHECK(held > large->raw_bytes().size());
    CHECK(held < 2 * large->raw_bytes().size());
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    CHECK(ended_for_memory(*at) == 0);
  };
  on.play(script(&on));
}

TEST_CASE("an outbound peer is disconnected only if it uses more than its share and no inbound peer is left") {
  node_config config = with_cap();
  config.max_memory = half_a_mebibyte;
  stage on{integration::adapter{}, {}, config};
  auto script = [](stage* at) -> task<void> {
    auto friendly = co_await dialed(at);
    co_await begin_block(&friendly, half_a_mebibyte);
    const bool closed = co_await friendly.closed(5s);
    CHECK(closed);
    CHECK(ended_for_memory(*at) == 1);
    static_cast<void>(co_await io::sleep_for(at->net(), 5s));
    CHECK(at->node->statistics().memory.used == 0);
  };
  on.play(script(&on));
}

TEST_CASE("stems are refused while there is no memory for them") {
  node_config config = with_cap();
  config.max_memory = 10'000;
  config.preferred_peers = {
      io::endpoint{pappus::ip_address::v4(0x01020304), 1}};  // a relay that never responds; stems wait meanwhile
  stage on{integration::adapter{}, {}, config};
  auto script = [](stage* at) -> task<void> {
    auto giver = co_await at->stranger();
    co_await giver.send(wire::messages::stem_transaction{support::some_transaction(1)});
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    CHECK(at->node->dandelion().transactions == 1);
    CHECK(at->node->dandelion().counted.refused == 0);
    for (std::uint64_t n = 2; n != 40; ++n) {
      co_await giver.send(wire::messages::stem_transaction{support::some_transaction(n)});
      static_cast<void>(co_await io::sleep_for(at->net(), 100ms));
    }
    CHECK(at->node->dandelion().bytes < 10'000);
    CHECK(at->node->dandelion().counted.refused > 0);
    CHECK(at->node->dandelion().counted.refused + at->node->dandelion().counted.admitted == 39);
    CHECK(ended_for_memory(*at) == 0);
  };
  on.play(script(&on));
}

}  // namespace memory_test
