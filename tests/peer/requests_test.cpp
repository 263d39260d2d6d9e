// Who is asked for what was announced, how long, and who is next.
#include <chrono>
#include <vector>

#include <doctest/doctest.h>
#include <support/heard.hpp>
#include <support/stage.hpp>

#include <pappus/io/timer.hpp>

using namespace pappus;
using namespace std::chrono_literals;
using namespace wire::messages;
using support::grin_transaction;
using support::heard;
using support::stage;

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

TEST_CASE("of those that could be asked next a bounded number is remembered, and how many were not is counted") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    const auto kernel = grin_transaction("two_outputs")->kernel_id(0);
    std::vector<support::scripted_peer> all;
    for (std::size_t n = 0; n != peer::limits::announcers_per_request + 3; ++n) {
      all.push_back(co_await at->greeted());
      co_await all.back().send(transaction_kernel{kernel});
    }
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    CHECK(at->node->statistics().transactions.under_way == 1);
    CHECK(at->node->statistics().transactions.forgotten == 2);
  };
  on.play(script(&on));
  CHECK(on.node->statistics().transactions.under_way == 0);
}

TEST_CASE("who has enough to answer is not asked for more, even when it is next in line") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto silent = co_await at->greeted();
    auto busy = co_await at->greeted();
    const auto kernel = grin_transaction("two_outputs")->kernel_id(0);
    co_await silent.send(transaction_kernel{kernel});
    static_cast<void>(co_await io::sleep_for(at->net(), 2s));
    for (std::size_t n = 0; n != peer::limits::requests_per_peer; ++n) {
      transaction_kernel told;
      told.kernel.raw[0] = static_cast<std::byte>(n);
      co_await busy.send(told);
    }
    co_await busy.send(transaction_kernel{kernel});
    const auto asked = co_await heard(&busy);
    CHECK(asked.size() == peer::limits::requests_per_peer);
  };
  on.play(script(&on));
}
