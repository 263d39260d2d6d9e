#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/stage.hpp>

#include <pappus/io/timer.hpp>

using namespace pappus;
using namespace std::chrono_literals;
using namespace wire::messages;
using support::grin_transaction;
using support::scripted_peer;
using support::simulated_node;
using support::stage;

namespace {

/// The codes of the frames that come within a second, pings and pongs left out.
task<std::vector<int>> heard(scripted_peer* by) {
  std::vector<int> codes;
  for (;;) {
    auto got = co_await by->receive(1s);
    if (!got) co_return codes;
    if (got->code != ping::code && got->code != pong::code) codes.push_back(got->code);
  }
}

const std::vector<int> nothing;
const std::vector<int> an_announcement{transaction_kernel::code};
const std::vector<int> a_question{get_transaction::code};
const std::vector<int> a_whole_one{transaction::code};

}  // namespace

TEST_CASE("what is announced is asked for once, taken, and announced to the others alone") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    const auto tx = grin_transaction("two_outputs");
    auto first = co_await at->greeted();
    auto second = co_await at->greeted();
    auto third = co_await at->greeted();
    co_await first.send(transaction_kernel{tx->kernel_id(0)});
    const get_transaction asked = co_await first.expect<get_transaction>();
    CHECK(asked.kernel == tx->kernel_id(0));
    co_await second.send(transaction_kernel{tx->kernel_id(0)});
    const auto second_asked = co_await heard(&second);
    CHECK(second_asked == nothing);

    co_await first.send(transaction{tx});
    const transaction_kernel told = co_await third.expect<transaction_kernel>();
    CHECK(told.kernel == tx->kernel_id(0));
    const auto to_first = co_await heard(&first);
    const auto to_second = co_await heard(&second);
    CHECK(to_first == nothing);
    CHECK(to_second == nothing);

    co_await third.send(get_transaction{tx->kernel_id(0)});
    const transaction given = co_await third.expect<transaction>();
    CHECK(given.tx->kernel_id(0) == tx->kernel_id(0));
  };
  on.play(script(&on));
  CHECK(on.node.received == std::vector{peer::phase::fluff});
}

TEST_CASE("a peer that cannot ask by kernel gets the whole, in the form of its version") {
  for (const std::uint32_t version : {1U, 2U, 3U, 1000U}) {
    stage on;
    auto script = [](stage* at, std::uint32_t spoken) -> task<void> {
      auto peer = co_await at->greeted(spoken, false);
      const auto report = at->node.submit(grin_transaction("three_inputs", 1));
      CHECK(report.sent == 1);
      const transaction given = co_await peer.expect<transaction>();
      const auto as_grin = grin_transaction("three_inputs", spoken);
      const auto ours = given.tx->as_received();
      const auto theirs = as_grin->as_received();
      CHECK(std::equal(ours.begin(), ours.end(), theirs.begin(), theirs.end()));
    };
    on.play(script(&on, version));
  }
}

TEST_CASE("a host that knows what is spent lets old versions have every transaction") {
  peer::host knowing;
  knowing.features_of = [](const wire::commitment&) { return wire::output_features::plain; };
  stage on{std::move(knowing)};
  auto script = [](stage* at) -> task<void> {
    for (const std::uint32_t version : {1U, 2U}) {
      auto told = co_await at->greeted(version, false);
      auto asks = co_await at->greeted(version);
      const auto report = at->node.submit(grin_transaction("three_inputs", 1000));
      CHECK(report.unable == 0);
      const auto got = co_await told.expect<transaction>();
      CHECK(std::ranges::equal(got.tx->as_received(), grin_transaction("three_inputs", version)->as_received()));
      get_transaction question;
      question.kernel = got.tx->kernel_id(0);
      co_await asks.send(question);
      const auto answer = co_await asks.expect<transaction>();
      CHECK(std::ranges::equal(answer.tx->as_received(), got.tx->as_received()));
    }
  };
  on.play(script(&on));
}

TEST_CASE("a transaction that came without the features of its inputs is not forced on an old version") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto old = co_await at->greeted(2, false);
    auto peer = co_await at->greeted(1000, false);
    const auto report = at->node.submit(grin_transaction("three_inputs", 1000));
    CHECK(report.sent == 1);
    CHECK(report.unable == 1);
    const auto to_peer = co_await heard(&peer);
    const auto to_old = co_await heard(&old);
    CHECK(to_peer == a_whole_one);
    CHECK(to_old == nothing);
  };
  on.play(script(&on));
}

TEST_CASE("when the first announcer stays silent or leaves, the next one is asked") {
  for (const bool leaves : {false, true}) {
    stage on;
    auto script = [](stage* at, bool first_leaves) -> task<void> {
      const auto tx = grin_transaction("two_outputs");
      auto first = co_await at->greeted();
      auto second = co_await at->greeted();
      co_await first.send(transaction_kernel{tx->kernel_id(0)});
      static_cast<void>(co_await first.expect<get_transaction>());
      co_await second.send(transaction_kernel{tx->kernel_id(0)});
      static_cast<void>(co_await io::sleep_for(at->net(), 1s));
      const io::time_point since = at->net().now();
      if (first_leaves) first.close();
      static_cast<void>(co_await second.expect<get_transaction>());
      const auto waited = at->net().now() - since;
      if (first_leaves) CHECK(waited < 1s);
      else CHECK(waited > 8s);
      co_await second.send(transaction{tx});
      static_cast<void>(co_await io::sleep_for(at->net(), 1s));
      CHECK(at->node.has(tx));
    };
    on.play(script(&on, leaves));
    CHECK(on.node->statistics().transactions.unanswered == (leaves ? 0 : 1));
  }
}

TEST_CASE("a question nobody answers is forgotten, and may be asked again") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    const auto kernel = grin_transaction("two_outputs")->kernel_id(0);
    auto peer = co_await at->greeted();
    co_await peer.send(transaction_kernel{kernel});
    static_cast<void>(co_await peer.expect<get_transaction>());
    static_cast<void>(co_await io::sleep_for(at->net(), 12s));
    co_await peer.send(transaction_kernel{kernel});
    static_cast<void>(co_await peer.expect<get_transaction>());
  };
  on.play(script(&on));
}

TEST_CASE("a peer that announces without end is asked a bounded number of questions") {
  node_config config = support::simulated_config();
  config.accepted = peer::pacing::unlimited();
  stage on{peer::host{}, sim::world_options{}, std::move(config)};
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    for (unsigned n = 0; n != 1000; ++n) {
      transaction_kernel told;
      told.kernel.raw[0] = static_cast<std::byte>(n);
      told.kernel.raw[1] = static_cast<std::byte>(n >> 8);
      co_await peer.send(told);
    }
    const auto asked = co_await heard(&peer);
    CHECK(asked.size() == peer::limits::requests_per_peer);
  };
  on.play(script(&on));
  CHECK(on.node->statistics().transactions.overlooked == 1000 - peer::limits::requests_per_peer);
}

TEST_CASE("what came on the stem does not count as known: its sender hears of the fluff") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    const auto tx = grin_transaction("two_outputs");
    auto peer = co_await at->greeted();
    co_await peer.send(stem_transaction{tx});
    const transaction_kernel told = co_await peer.expect<transaction_kernel>();
    CHECK(told.kernel == tx->kernel_id(0));
  };
  on.play(script(&on));
  CHECK(on.node.received == std::vector{peer::phase::stem});
}

TEST_CASE("a question for what we do not have gets no answer") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    co_await peer.send(get_transaction{grin_transaction("two_outputs")->kernel_id(0)});
    const auto answer = co_await heard(&peer);
    CHECK(answer == nothing);
  };
  on.play(script(&on));
}

TEST_CASE("in a ring with a chord every node gets a transaction once, at any seed") {
  for (std::uint64_t seed = 1; seed != 11; ++seed) {
    sim::world_options options;
    options.between.jitter = 30ms;
    options.between.largest_piece = 200;
    sim::world world{seed, options};
    std::vector<std::unique_ptr<simulated_node>> ring;
    for (int n = 0; n != 5; ++n) ring.push_back(std::make_unique<simulated_node>(world.add_host()));
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

TEST_CASE("a node that dials its peers comes back to them after a partition and after their crash") {
  sim::world world{7};
  sim::host& far = world.add_host();
  auto first_life = std::make_unique<simulated_node>(far);
  node_config config = support::simulated_config();
  config.peers = {first_life->endpoint()};
  config.redial.longest = 5s;
  sim::host& near = world.add_host();
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
