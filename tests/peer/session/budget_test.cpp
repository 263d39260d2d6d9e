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

using namespace pappus;
using namespace wire::messages;
using support::scripted_peer;
using support::some_transaction;
using support::stage;

TEST_CASE("a peer that has brought more than a turn takes lets the messages of others be handled meanwhile") {
  // Its host is so slow that each transaction takes a whole turn.
  std::vector<std::string> handled;
  sim::world* world = nullptr;
  peer::host slow;
  slow.transaction_received = [&](const auto&, auto, const auto&) {
    world->ready().charge(coro::ready_queue::default_budget);
    return peer::verdict::ignore;
  };
  slow.trace = [&handled](const peer::peer_info&, const peer::passing_message& what) {
    if (what.way == peer::passage::received) handled.emplace_back(what.name);
  };
  stage on{std::move(slow)};
  world = &on.world;
  constexpr int flood = 8;
  auto script = [](stage* at, std::vector<std::string>* into) -> task<void> {
    auto hurried = co_await at->greeted();
    auto other = co_await at->greeted();
    wire::bytes all;
    for (int i = 0; i != flood; ++i) {
      const auto frame = wire::grin_messages::encode(transaction{some_transaction(static_cast<std::uint64_t>(i) + 1)},
                                                     at->node->config().network, wire::latest_version);
      all.insert(all.end(), frame->begin(), frame->end());
    }
    into->clear();
    co_await hurried.send_bytes(std::move(all));  // both arrive at the same instant
    co_await other.send(ping{});
    static_cast<void>(co_await other.expect<pong>());
  };
  on.play(script(&on, &handled));
  const auto ping_at = std::find(handled.begin(), handled.end(), "ping") - handled.begin();
  CHECK(std::count(handled.begin(), handled.end(), "transaction") == flood);
  CHECK(ping_at <= 3);
}
