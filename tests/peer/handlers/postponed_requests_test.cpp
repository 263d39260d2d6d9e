// Requests beyond the upload limit: they wait, up to a number.
#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/conduit.hpp>
#include <support/grin_data.hpp>
#include <support/stage.hpp>

#include <pappus/peer/session/limits.hpp>

namespace handlers_postponed_requests_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace wire::messages;
using support::grin_message;
using support::scripted_peer;
using support::stage;

namespace {

/// An upload limit of one response a minute.
node_config answering_once_a_minute() {
  node_config config = support::simulated_config();
  config.upload_limits.bytes = grin_message<block>("full").value->raw_bytes().size();
  config.upload_limits.interval = 1min;
  return config;
}

/// Answers pings for that time; returns the number of blocks received.
task<std::size_t> blocks_within(scripted_peer* from, io::duration length) {
  std::size_t count = 0;
  for (const io::time_point until = from->now() + length; from->now() < until;) {
    const auto got = co_await from->receive(until - from->now());
    if (!got) break;
    count += got->code == block::code ? 1 : 0;
    if (got->code == ping::code) co_await from->send(pong{});
  }
  co_return count;
}

integration::adapter with_a_block() {
  integration::adapter adapter;
  adapter.get_block = [](const wire::hash&) { return grin_message<block>("full").value; };
  return adapter;
}

}  // namespace

TEST_CASE("requests of a peer beyond its upload limit wait for the next interval, those of others do not") {
  stage on{with_a_block(), {}, answering_once_a_minute()};
  sim::machine& elsewhere = on.world.add_machine();
  auto script = [](stage* at, sim::machine* other) -> task<void> {
    auto greedy = co_await at->greeted();
    get_block question;
    co_await greedy.send(question);
    static_cast<void>(co_await greedy.expect<block>(1s));
    const io::time_point since = at->net().now();
    co_await greedy.send(question);
    co_await greedy.send(ping{});
    const auto next = co_await greedy.receive(1s);
    REQUIRE(next.has_value());
    CHECK(int{next->code} == int{pong::code});
    auto modest = co_await scripted_peer::dial(other->runtime(), at->node.endpoint());
    static_cast<void>(co_await modest.greet(modest.good_hand()));
    co_await modest.send(question);
    static_cast<void>(co_await modest.expect<block>(1s));
    static_cast<void>(co_await greedy.expect<block>(25s));
    CHECK(at->net().now() - since < 2s);  // a frame has a few bytes more than the block
    CHECK(at->node->statistics().sessions.postponed == 1);
    CHECK(at->node->statistics().chain.quota_exceeded == 0);
  };
  on.play(script(&on, &elsewhere));
}

TEST_CASE("connecting again does not reset the upload limit; peers at one address wait in turn, without blame") {
  stage on{with_a_block(), {}, answering_once_a_minute()};
  auto script = [](stage* at) -> task<void> {
    get_block question;
    const io::time_point since = at->net().now();
    auto neighbor = co_await at->greeted();
    for (int i = 0; i != 3; ++i) {
      auto again = co_await at->greeted();
      co_await again.send(question);
      if (i == 0) static_cast<void>(co_await again.expect<block>(1s));
    }
    auto last = co_await at->greeted();
    co_await last.send(question);
    co_await neighbor.send(question);
    std::size_t blocks = 0;
    while (blocks < 2 && at->net().now() - since < 150s) {
      blocks += co_await blocks_within(&last, 5s);
      blocks += co_await blocks_within(&neighbor, 5s);
    }
    CHECK(blocks == 2);
    CHECK(at->net().now() - since > 50s);
    CHECK(at->node->statistics().ban_manager.discouraged == 0);
    CHECK(at->node->peers().size() == 2);
  };
  on.play(script(&on));
}

TEST_CASE("a peer that used the limit of its address itself, and lets too many requests wait, is disconnected") {
  stage on{with_a_block(), {}, answering_once_a_minute()};
  auto script = [](stage* at) -> task<void> {
    auto neighbor = co_await at->greeted();
    auto greedy = co_await at->greeted();
    get_block question;
    for (std::size_t i = 0; i != 3 + peer::limits::max_postponed_requests; ++i) co_await greedy.send(question);
    const bool ended = co_await greedy.closed(5s);
    CHECK(ended);
    CHECK(at->node.disconnected == std::vector<std::string>{"too_many: answers"});
    for (std::size_t i = 0; i != 1 + peer::limits::max_postponed_requests; ++i) co_await neighbor.send(question);
    co_await neighbor.send(ping{});
    static_cast<void>(co_await neighbor.expect<pong>(5s));
    CHECK(at->node->statistics().chain.quota_exceeded == 2);
    CHECK(at->node->statistics().sessions.requests_dropped == 2);
    CHECK(at->node->statistics().ban_manager.discouraged == 0);
  };
  on.play(script(&on));
}

TEST_CASE("later responses of the adapter count, too: one beyond the limit is requested again") {
  std::vector<integration::responder<wire::block_ptr>> asked;
  integration::adapter adapter;
  adapter.get_block = [&asked](const wire::hash&, integration::responder<wire::block_ptr> answer) {
    asked.push_back(answer);
  };
  stage on{std::move(adapter), {}, answering_once_a_minute()};
  auto script = [](stage* at, std::vector<integration::responder<wire::block_ptr>>* open) -> task<void> {
    auto peer = co_await at->greeted();
    for (int i = 0; i != 3; ++i) co_await peer.send(get_block{});
    std::size_t within_a_minute = 0;
    std::size_t blocks = 0;
    for (int second = 0; second != 125; ++second) {
      for (const auto& each : std::exchange(*open, {})) each(grin_message<block>("full").value);
      blocks += co_await blocks_within(&peer, 1s);
      if (second == 30) within_a_minute = blocks;
    }
    CHECK(within_a_minute == 2);  // the second one because a frame has a few bytes more than its block
    CHECK(blocks == 3);
    CHECK(at->node->statistics().sessions.postponed >= 2);
  };
  on.play(script(&on, &asked));
}

}  // namespace handlers_postponed_requests_test
