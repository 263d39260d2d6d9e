// One peer's messages and another's when the first has more than one turn takes.
#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/made_up.hpp>
#include <support/stage.hpp>

#include <pappus/coro/ready_queue.hpp>
#include <pappus/peer/session/limits.hpp>

namespace session_budget_test {

using namespace pappus;
using namespace wire::messages;
using support::scripted_peer;
using support::some_transaction;
using support::stage;

namespace {

/// A node whose host is so slow that each transaction takes a whole turn, and what it has handled.
struct slow_node {
  explicit slow_node(std::vector<std::string>& handled) : on{slow_host(handled)} { world = &on.world; }

  integration::adapter slow_host(std::vector<std::string>& handled) {
    integration::adapter slow;
    slow.transaction_received = [this](const auto&, auto, const auto&) {
      world->ready().charge(coro::ready_queue::default_budget);
      return peer::validation_result::ignore;
    };
    slow.trace = [&handled](const peer::peer_info&, const peer::passing_message& what) {
      if (what.direction == peer::message_direction::received) handled.emplace_back(what.name);
    };
    return slow;
  }

  sim::world* world = nullptr;
  stage on;
};

/// So many transactions, or more if they are not as many bytes, each peer's its own.
wire::bytes flood_of(std::uint64_t peer, int least, std::size_t least_bytes = 0) {
  wire::bytes all;
  for (int i = 0; i < least || all.size() < least_bytes; ++i) {
    const auto frame =
        wire::grin_messages::encode(transaction{some_transaction(peer * 1000 + static_cast<std::uint64_t>(i) + 1)},
                                    wire::chain_parameters_for(wire::chain_type::usernet), wire::latest_version);
    all.insert(all.end(), frame->begin(), frame->end());
  }
  return all;
}

}  // namespace

TEST_CASE("a peer that has brought more than a turn takes lets the messages of others be handled meanwhile") {
  std::vector<std::string> handled;
  slow_node slow{handled};
  constexpr int flood = 8;
  auto script = [](stage* at, std::vector<std::string>* into) -> task<void> {
    auto hurried = co_await at->greeted();
    auto other = co_await at->greeted();
    into->clear();
    co_await hurried.send_bytes(flood_of(1, flood));  // both arrive at the same instant
    co_await other.send(ping{});
    static_cast<void>(co_await other.expect<pong>());
  };
  slow.on.play(script(&slow.on, &handled));
  const auto ping_at = std::find(handled.begin(), handled.end(), "ping") - handled.begin();
  CHECK(std::count(handled.begin(), handled.end(), "transaction") == flood);
  CHECK(ping_at <= 3);
}

TEST_CASE("a peer that brings little does not wait for all of those that have brought much at once") {
  std::vector<std::string> handled;
  slow_node slow{handled};
  constexpr int hurried_peers = 40;
  auto script = [](stage* at, std::vector<std::string>* into) -> task<void> {
    std::vector<scripted_peer> hurried;
    for (int i = 0; i != hurried_peers; ++i) hurried.push_back(co_await at->greeted());
    auto other = co_await at->greeted();
    into->clear();
    std::uint64_t number = 0;
    for (scripted_peer& each : hurried) {
      co_await each.send_bytes(flood_of(++number, 1, 2 * peer::limits::small_backlog_size));
    }
    co_await other.send(ping{});  // arrives behind all of these, at the same instant
    static_cast<void>(co_await other.expect<pong>());
  };
  slow.on.play(script(&slow.on, &handled));
  const auto ping_at = std::find(handled.begin(), handled.end(), "ping");
  // One transaction in the turn in which each of them arrived, and not one more of each.
  CHECK(std::count(handled.begin(), ping_at, "transaction") < hurried_peers + 5);
  CHECK(std::count(ping_at, handled.end(), "transaction") > 5 * hurried_peers);
  CHECK(slow.on.node->statistics().sessions.queued > 0);
}

TEST_CASE("a request uses up as much of the turn as it takes to encode the response") {
  const wire::bytes body = samples::written(samples::some_draft(1, 3, 8), 1000);
  const auto large = support::read_made_up<transaction>(body, 1000).tx;
  std::vector<std::size_t> left;  // of the budget, at each request
  sim::world* world = nullptr;
  integration::adapter holder;
  holder.get_transaction = [&](const wire::hash&) {
    left.push_back(world->ready().remaining());
    return large;
  };
  stage on{std::move(holder)};
  world = &on.world;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    const auto request = wire::grin_messages::encode(
        get_transaction{{}}, wire::chain_parameters_for(wire::chain_type::usernet), wire::latest_version);
    wire::bytes both = *request;
    both.insert(both.end(), request->begin(), request->end());
    co_await peer.send_bytes(std::move(both));
    for (int i = 0; i != 2; ++i) static_cast<void>(co_await peer.expect<transaction>());
  };
  on.play(script(&on));
  REQUIRE(left.size() == 2);
  CHECK(left[0] - left[1] > peer::limits::encode_cost(body.size()));
}

}  // namespace session_budget_test
