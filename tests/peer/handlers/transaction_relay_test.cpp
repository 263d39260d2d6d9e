// Relay of transactions between peers.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/heard.hpp>
#include <support/stage.hpp>

#include <pappus/io/timer.hpp>

namespace handlers_transaction_relay_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace wire::messages;
using support::grin_transaction;
using support::heard;
using support::scripted_peer;
using support::simulated_node;
using support::stage;

namespace {

const std::vector<int> nothing;

}  // namespace

TEST_CASE("an announced transaction is requested once, accepted, and announced to the other peers only") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    const auto tx = grin_transaction("two_outputs");
    auto first = co_await at->greeted();
    auto second = co_await at->greeted();
    auto third = co_await at->greeted();
    co_await first.send(transaction_kernel{tx->kernel_hash(0)});
    const get_transaction asked = co_await first.expect<get_transaction>();
    CHECK(asked.kernel == tx->kernel_hash(0));
    co_await second.send(transaction_kernel{tx->kernel_hash(0)});
    const auto second_asked = co_await heard(&second);
    CHECK(second_asked == nothing);

    co_await first.send(transaction{tx});
    const transaction_kernel told = co_await third.expect<transaction_kernel>();
    CHECK(told.kernel == tx->kernel_hash(0));
    const auto to_first = co_await heard(&first);
    const auto to_second = co_await heard(&second);
    CHECK(to_first == nothing);
    CHECK(to_second == nothing);

    co_await third.send(get_transaction{tx->kernel_hash(0)});
    const transaction given = co_await third.expect<transaction>();
    CHECK(given.tx->kernel_hash(0) == tx->kernel_hash(0));
  };
  on.play(script(&on));
  CHECK(on.node.received == std::vector{peer::phase::fluff});
}

TEST_CASE("a stem does not make a transaction known: its sender gets the announcement of the fluff") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    const auto tx = grin_transaction("two_outputs");
    auto peer = co_await at->greeted();
    co_await peer.send(stem_transaction{tx});
    const transaction_kernel told = co_await peer.expect<transaction_kernel>();
    CHECK(told.kernel == tx->kernel_hash(0));
  };
  on.play(script(&on));
  CHECK(on.node.received == std::vector{peer::phase::stem});
}

TEST_CASE("a request for an unknown transaction gets no response") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    co_await peer.send(get_transaction{grin_transaction("two_outputs")->kernel_hash(0)});
    const auto answer = co_await heard(&peer);
    CHECK(answer == nothing);
  };
  on.play(script(&on));
}

TEST_CASE("in a ring with a chord every node gets a transaction once, with every seed") {
  for (std::uint64_t seed = 1; seed != 11; ++seed) {
    sim::world_options options;
    options.default_link.jitter = 30ms;
    options.default_link.max_segment = 200;
    sim::world world{seed, options};
    std::vector<std::unique_ptr<simulated_node>> ring;
    for (int n = 0; n != 5; ++n) ring.push_back(std::make_unique<simulated_node>(world.add_machine()));
    world.run_for(1s);
    const auto dial = [&](std::size_t from, std::size_t to) {
      (*ring[from])->connect(ring[to]->endpoint(), [](auto) {});
    };
    for (std::size_t n = 0; n != 5; ++n) dial(n, (n + 1) % 5);
    dial(0, 2);
    world.run_for(5s);
    CHECK(ring[3]->submit(grin_transaction("two_outputs")).sent == 2);
    world.run_for(10s);
    for (std::size_t n = 0; n != 5; ++n) CHECK(ring[n]->received.size() == (n == 3 ? 0 : 1));
  }
}

TEST_CASE("a node connects to its peers again after a partition and after their crash") {
  sim::world world{7};
  sim::machine& far = world.add_machine();
  auto first_life = std::make_unique<simulated_node>(far);
  node_config config = support::simulated_config();
  config.preferred_peers = {first_life->endpoint()};
  config.reconnect.max = 5s;
  sim::machine& near = world.add_machine();
  simulated_node node{near, config};
  world.run_for(5s);
  CHECK(node.connected.size() == 1);

  world.partition({&far});
  world.run_for(60s);
  CHECK(node.disconnected.size() >= 1);
  world.heal();
  world.run_for(30s);
  CHECK(node->peers().size() == 1);

  far.crash();
  world.run_for(30s);
  CHECK(node->peers().empty());
  far.restart();
  simulated_node second_life{far};
  world.run_for(30s);
  CHECK(node->peers().size() == 1);
}

}  // namespace handlers_transaction_relay_test
