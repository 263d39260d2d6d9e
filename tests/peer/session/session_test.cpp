#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/made_up.hpp>
#include <support/stage.hpp>
#include <wire/samples.hpp>

#include <pappus/io/timer.hpp>
#include <pappus/peer/session/limits.hpp>

namespace session_session_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace wire::messages;
using support::scripted_peer;
using support::stage;

namespace {

/// Sends a frame to a greeted node, which must end the session for `reason` and keep serving others.
void check_ends_session(std::uint8_t code, wire::bytes body, std::optional<std::uint64_t> declared,
                        const std::string& reason) {
  CAPTURE(reason);
  stage on;
  auto script = [](stage* at, std::uint8_t type, wire::bytes raw, std::optional<std::uint64_t> length) -> task<void> {
    auto bystander = co_await at->greeted();
    auto peer = co_await at->greeted();
    co_await peer.send_frame(type, std::move(raw), length);
    const bool closed = co_await peer.closed();
    CHECK(closed);
    co_await bystander.send(ping{});
    static_cast<void>(co_await bystander.expect<pong>());
  };
  on.play(script(&on, code, std::move(body), declared));
  REQUIRE(!on.node.disconnected.empty());
  CHECK(on.node.disconnected[0].starts_with(reason));
}

wire::bytes zeros(std::size_t size) { return wire::bytes(size); }

/// As large as mainnet's blocks may be.
node_config with_large_blocks() {
  node_config config = support::simulated_config();
  config.chain.limits.block_weight = wire::chain_parameters_for(wire::chain_type::mainnet).limits.block_weight;
  return config;
}

/// A body of so many inputs.
wire::bytes large_transaction(std::size_t inputs) {
  return samples::written(samples::some_draft(inputs, inputs, 0), 1000);
}

}  // namespace

TEST_CASE("a ping is answered with our difficulty and height, and the peer's are noted") {
  stage on;
  on.node->set_chain_tip({1000, 12});
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    ping ours;
    ours.total_difficulty = 77;
    ours.height = 3;
    co_await peer.send(ours);
    const pong theirs = co_await peer.expect<pong>();
    CHECK(theirs.total_difficulty == 1000);
    CHECK(theirs.height == 12);
    CHECK(at->node->peers().at(0).tip == peer::chain_tip{77, 3});
  };
  on.play(script(&on));
}

TEST_CASE("we ping at once and then every ten seconds, with the tip as it is then") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->shaken();
    const io::time_point start = at->net().now();
    for (std::uint64_t n = 0; n != 4; ++n) {
      at->node->set_chain_tip({n, n});
      const ping theirs = co_await peer.expect<ping>();
      CHECK(theirs.height == (n == 0 ? 0 : n));
      pong ours;
      co_await peer.send(ours);
    }
    CHECK(at->net().now() - start > 29s);
    CHECK(at->net().now() - start < 31s);
  };
  on.play(script(&on));
}

TEST_CASE("a peer that says nothing for thirty seconds is gone, one that never pongs after sixty") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    const io::time_point start = at->net().now();
    auto silent = co_await at->greeted();
    const bool silent_closed = co_await silent.closed();
    CHECK(silent_closed);
    CHECK(at->net().now() - start < 35s);

    const io::time_point again = at->net().now();
    auto chatty = co_await at->greeted();
    for (int n = 0; n != 12; ++n) {
      co_await chatty.send(ping{});
      static_cast<void>(co_await io::sleep_for(at->net(), 6s));
    }
    const bool chatty_closed = co_await chatty.closed();
    CHECK(chatty_closed);
    CHECK(at->net().now() - again > 60s);
  };
  on.play(script(&on));
  CHECK(on.node.disconnected == std::vector<std::string>{"silent", "no_pong"});
}

TEST_CASE("a message of an unknown type is skipped, whatever is in it") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    co_await peer.send_frame(200, wire::bytes(5000, std::byte{0xff}));
    co_await peer.send_frame(9, wire::bytes(2, std::byte{1}));
    co_await peer.send(ping{});
    static_cast<void>(co_await peer.expect<pong>());
  };
  on.play(script(&on));
  const auto counted = on.node->statistics().sessions.received;
  CHECK(counted.of[peer::message_counts::unknown] == 1);
  CHECK(counted[headers::code] == 1);
  CHECK(counted[ping::code] == 1);
}

TEST_CASE("what has no place in a session, or cannot be read, ends it by name and harms nobody else") {
  check_ends_session(3, zeros(15), {}, "bad_message: ping.height at byte 8: unexpected end");
  check_ends_session(3, zeros(17), {}, "bad_message: ping");
  check_ends_session(3, {}, 65, "bad_message: ");
  check_ends_session(3, {}, std::uint64_t{1} << 63, "bad_message: ");
  check_ends_session(200, {}, 100'000, "bad_message: ");
  check_ends_session(6, wire::bytes(4, std::byte{0xff}), {}, "bad_message: peer_addrs");
  check_ends_session(15, zeros(56), {}, "bad_message: transaction");
  check_ends_session(18, {std::byte{0}, std::byte{0}, std::byte{0}, std::byte{5}}, {}, "banned_by_peer: ");
  check_ends_session(0, zeros(0), {}, "bad_message: error");
}

TEST_CASE("a second Hand and a Shake end the session") {
  for (const bool shaking : {false, true}) {
    stage on;
    auto script = [](stage* at, bool shake_instead) -> task<void> {
      auto peer = co_await at->greeted();
      if (shake_instead) co_await peer.send(peer.good_shake());
      else co_await peer.send(peer.good_hand());
      const bool closed = co_await peer.closed();
      CHECK(closed);
    };
    on.play(script(&on, shaking));
    REQUIRE(on.node.disconnected.size() == 1);
    CHECK(on.node.disconnected[0] == (shaking ? "unexpected_message: shake" : "unexpected_message: hand"));
  }
}

TEST_CASE("a session outlives any split of what it is sent") {
  for (const std::size_t piece : {1U, 5U, 12U, 100U, 1000U}) {
    sim::world_options options;
    options.default_link.max_segment = piece;
    stage on{options};
    auto script = [](stage* at) -> task<void> {
      auto peer = co_await at->greeted();
      for (int n = 0; n != 20; ++n) {
        co_await peer.send_frame(200, wire::bytes(static_cast<std::size_t>(n) * 37));
        co_await peer.send(ping{});
        static_cast<void>(co_await peer.expect<pong>());
      }
      co_await peer.send(transaction{support::grin_transaction("aggregate")});
      static_cast<void>(co_await io::sleep_for(at->net(), 5s));
    };
    on.play(script(&on));
    CHECK(on.node.received.size() == 1);
  }
}

TEST_CASE("a large transaction is read as it comes, and is what was sent") {
  std::vector<std::size_t> inputs;
  integration::adapter above;
  above.transaction_received = [&inputs](const wire::transaction_ptr& tx, auto, const auto&) {
    inputs.push_back(tx->inputs().size());
    return peer::validation_result::accept;
  };
  stage on{std::move(above), {}, with_large_blocks()};
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    co_await peer.send_frame(transaction::code, large_transaction(12'000));
    co_await peer.send(ping{});
    static_cast<void>(co_await peer.expect<pong>());
    co_await peer.send(transaction{support::grin_transaction("aggregate")});
    co_await peer.send_frame(transaction::code, large_transaction(9'000));
    co_await peer.send(ping{});
    static_cast<void>(co_await peer.expect<pong>());
  };
  on.play(script(&on));
  REQUIRE(inputs.size() == 3);
  CHECK(inputs[0] == 12'000);
  CHECK(inputs[2] == 9'000);
}

TEST_CASE("a large transaction that cannot be sound ends its session before all of it has come") {
  stage on{integration::adapter{}, {}, with_large_blocks()};
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    wire::bytes body = large_transaction(30'000);
    const std::size_t whole = body.size();
    const auto second = body.begin() + 32 + 3 * 8 + wire::commitment::size;  // input
    std::swap_ranges(second - wire::commitment::size, second, second);
    body.resize(4 * peer::limits::arriving_chunk_size);
    co_await peer.send_frame(transaction::code, std::move(body), whole);
    const bool closed = co_await peer.closed(5s);
    CHECK(closed);
  };
  on.play(script(&on));
  REQUIRE(on.node.disconnected.size() == 1);
  CHECK(on.node.disconnected[0].starts_with("bad_message: transaction"));
}

TEST_CASE("a frame that dribbles in has an absolute deadline") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    const io::time_point start = at->net().now();
    const auto raw = wire::write_frame_header(wire::chain_parameters_for(wire::chain_type::usernet).magic, {3, 16});
    for (const std::byte each : raw) {
      wire::bytes one(1, each);
      co_await peer.send_bytes(std::move(one));
      static_cast<void>(co_await io::sleep_for(at->net(), 8s));
    }
    const bool closed = co_await peer.closed();
    CHECK(closed);
    CHECK(at->net().now() - start < 100s);
  };
  on.play(script(&on));
  REQUIRE(on.node.disconnected.size() == 1);
  CHECK((on.node.disconnected[0] == "slow_frame" || on.node.disconnected[0] == "no_pong"));
}

TEST_CASE("the deadline of a frame ends with the frame: later ones that arrive whole have none of it") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    const wire::bytes frame =
        wire::grin_messages::encode(pong{}, wire::chain_parameters_for(wire::chain_type::usernet), wire::latest_version)
            .value();
    co_await peer.send_bytes({frame.begin(), frame.end() - 1});
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    co_await peer.send_bytes({frame.end() - 1, frame.end()});
    for (int i = 0; i != 20; ++i) {
      static_cast<void>(co_await io::sleep_for(at->net(), 9s));
      co_await peer.send(pong{});
    }
    CHECK(at->node.disconnected.empty());
  };
  on.play(script(&on));
}

TEST_CASE("a frame has a deadline of its own, also if it begins in one read with the end of one of an unknown type") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    static_cast<void>(co_await peer.expect<ping>());
    co_await peer.send(pong{});
    const auto& magic = wire::chain_parameters_for(wire::chain_type::usernet).magic;
    const auto unknown = wire::write_frame_header(magic, {200, 6});
    co_await peer.send_bytes({unknown.begin(), unknown.end()});
    for (int i = 0; i != 5; ++i) {
      static_cast<void>(co_await io::sleep_for(at->net(), 10s));
      co_await peer.send_bytes(zeros(1));
    }
    static_cast<void>(co_await io::sleep_for(at->net(), 3s));
    const auto known = wire::write_frame_header(magic, {block::code, 5000});
    wire::bytes together = zeros(1);
    together.insert(together.end(), known.begin(), known.end());
    co_await peer.send_bytes(std::move(together));
    for (int i = 0; i != 10; ++i) {
      static_cast<void>(co_await io::sleep_for(at->net(), 1s));
      co_await peer.send_bytes(zeros(1));
    }
    CHECK(at->node.disconnected.empty());
  };
  on.play(script(&on));
}

TEST_CASE("a peer that never reads ends by its own slowness, and costs a bounded amount") {
  sim::world_options options;
  options.default_link.window = 4096;
  node_config config = support::simulated_config();
  config.receive_limit = peer::rate_limit::unlimited();
  stage on{integration::adapter{}, options, std::move(config)};
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    const auto tx = support::grin_transaction("two_outputs");
    at->node.keep(tx);
    const io::time_point start = at->net().now();
    bool open = true;
    while (open && at->net().now() - start < 200s) {
      for (int n = 0; n != 100; ++n) co_await peer.send(get_transaction{tx->kernel_hash(0)});
      static_cast<void>(co_await io::sleep_for(at->net(), 1s));
      open = at->node.disconnected.empty();
    }
    CHECK_FALSE(open);
  };
  on.play(script(&on));
  REQUIRE(on.node.disconnected.size() == 1);
  CAPTURE(on.node.disconnected[0]);
  CHECK(on.node.disconnected[0].starts_with("slow_reader"));
}

TEST_CASE("last words reach a peer that was still taking what came before them") {
  support::narrow_stage on;
  auto script = [](stage* at) -> task<void> {
    auto slow = co_await at->greeted(1000, false);
    for (std::uint64_t n = 1; n != 11; ++n) at->node->broadcast(support::some_transaction(n));
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    at->node->ban(at->node->peers().at(0).endpoint, 1h, wire::reason_for_ban::bad_block, {});
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    const auto told = co_await slow.expect<ban_reason>();
    CHECK(told.reason == wire::reason_for_ban::bad_block);
  };
  on.play(script(&on));
}

TEST_CASE("a node that stops says nothing more, ends its sessions and lets its peers go") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    auto shaking = co_await scripted_peer::dial(at->net(), at->node.endpoint());
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    const io::time_point start = at->net().now();
    at->node->stop();
    const bool closed = co_await peer.closed();
    const bool shaking_closed = co_await shaking.closed();
    CHECK(closed);
    CHECK(shaking_closed);
    CHECK(at->net().now() - start < 3s);
  };
  on.play(script(&on));
  CHECK(on.node.disconnected == std::vector<std::string>{"shutting_down", "shutting_down"});
}

TEST_CASE("disconnecting ends the sessions with an address, of one port or of all") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    CHECK(at->node->disconnect(io::endpoint{at->peer_host.address(), 1}) == 0);
    CHECK(at->node->disconnect(io::endpoint{at->peer_host.address(), 9999}) == 1);
    const bool closed = co_await peer.closed();
    CHECK(closed);
    auto second = co_await at->greeted();
    auto third = co_await at->greeted();
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    CHECK(at->node->disconnect(io::endpoint_range{at->peer_host.address()}) == 2);
    const bool both = co_await second.closed();
    CHECK(both);
  };
  on.play(script(&on));
  CHECK(on.node->peers().empty());
}

}  // namespace session_session_test
