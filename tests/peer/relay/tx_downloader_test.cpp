// Requests for announced transactions in a node.
#include <chrono>
#include <cstddef>
#include <vector>

#include <doctest/doctest.h>
#include <support/heard.hpp>
#include <support/made_up.hpp>
#include <support/stage.hpp>

#include <pappus/integration/bridge/limits.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/peer/relay/limits.hpp>

namespace relay_tx_downloader_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace wire::messages;
using peer::validation_result;
using support::grin_transaction;
using support::heard;
using support::stage;

namespace limits = peer::limits;

namespace {

const std::vector<int> nothing;
const std::vector<int> a_request{get_transaction::code};

/// A transaction, and an invalid copy of it with the same kernel and another offset.
struct valid_and_invalid {
  valid_and_invalid() {
    samples::draft parts = samples::some_draft(1);
    valid = support::read_made_up<transaction>(samples::written(parts, 1000), 1000).tx;
    parts.offset.raw[0] ^= std::byte{1};
    invalid = support::read_made_up<transaction>(samples::written(parts, 1000), 1000).tx;
  }

  wire::transaction_ptr valid;
  wire::transaction_ptr invalid;
};

}  // namespace

TEST_CASE("when the first announcer does not respond or disconnects, the next one is asked") {
  for (const bool leaves : {false, true}) {
    stage on;
    auto script = [](stage* at, bool first_leaves) -> task<void> {
      const auto tx = grin_transaction("two_outputs");
      auto first = co_await at->greeted();
      auto second = co_await at->greeted();
      co_await first.send(transaction_kernel{tx->kernel_hash(0)});
      static_cast<void>(co_await first.expect<get_transaction>());
      co_await second.send(transaction_kernel{tx->kernel_hash(0)});
      static_cast<void>(co_await io::sleep_for(at->net(), 1s));
      const io::time_point since = at->net().now();
      if (first_leaves) first.close();
      static_cast<void>(co_await second.expect<get_transaction>());
      const auto waited = at->net().now() - since;
      if (first_leaves) CHECK(waited < 1s);
      else CHECK(waited > limits::tx_request_timeout - 1200ms);
      CHECK(waited < limits::tx_request_timeout);
      co_await second.send(transaction{tx});
      static_cast<void>(co_await io::sleep_for(at->net(), 1s));
      CHECK(at->node.has(tx));
    };
    on.play(script(&on, leaves));
    CHECK(on.node->statistics().transactions.unanswered == (leaves ? 0 : 1));
  }
}

TEST_CASE("an unanswered request is forgotten, and the transaction may be requested again") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    const auto kernel = grin_transaction("two_outputs")->kernel_hash(0);
    auto peer = co_await at->greeted();
    co_await peer.send(transaction_kernel{kernel});
    static_cast<void>(co_await peer.expect<get_transaction>());
    static_cast<void>(co_await io::sleep_for(at->net(), limits::tx_request_timeout + 1s));
    co_await peer.send(transaction_kernel{kernel});
    const auto too_soon = co_await heard(&peer);
    CHECK(too_soon == nothing);
    for (int n = 0; n != 8; ++n) {
      static_cast<void>(co_await io::sleep_for(at->net(), limits::failed_request_lifetime / 8));
      co_await peer.send(pong{});
    }
    co_await peer.send(transaction_kernel{kernel});
    static_cast<void>(co_await peer.expect<get_transaction>());
  };
  on.play(script(&on));
  CHECK(on.node->statistics().transactions.undelivered == 1);
}

TEST_CASE("a peer that announces without end gets a bounded number of requests, and uses a bounded part of the table") {
  node_config config = support::simulated_config();
  config.receive_limit = peer::rate_limit::unlimited();
  stage on{integration::adapter{}, sim::world_options{}, std::move(config)};
  auto script = [](stage* at) -> task<void> {
    auto peer = co_await at->greeted();
    for (unsigned n = 0; n != 1000; ++n) {
      transaction_kernel told;
      told.kernel.raw[0] = static_cast<std::byte>(n);
      told.kernel.raw[1] = static_cast<std::byte>(n >> 8);
      co_await peer.send(told);
    }
    const auto asked = co_await heard(&peer);
    CHECK(asked.size() == limits::max_tx_requests_per_peer);
    CHECK(at->node->statistics().transactions.announcements == limits::max_announcements_per_peer);
    // That part is not another peer's.
    auto honest = co_await at->greeted();
    co_await honest.send(transaction_kernel{grin_transaction("two_outputs")->kernel_hash(0)});
    const auto asked_of_other = co_await heard(&honest);
    CHECK(asked_of_other == a_request);
  };
  on.play(script(&on));
  CHECK(on.node->statistics().transactions.dropped == 1000 - limits::max_announcements_per_peer);
}

TEST_CASE("a peer that has disconnected is forgotten with its announcements") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    const auto kernel = grin_transaction("two_outputs")->kernel_hash(0);
    std::vector<support::scripted_peer> all;
    for (int n = 0; n != 12; ++n) {
      all.push_back(co_await at->greeted());
      co_await all.back().send(transaction_kernel{kernel});
    }
    static_cast<void>(co_await io::sleep_for(at->net(), 1s));
    CHECK(at->node->statistics().transactions.in_flight == 1);
    CHECK(at->node->statistics().transactions.announcements == 12);
  };
  on.play(script(&on));
  CHECK(on.node->statistics().transactions.in_flight == 0);
  CHECK(on.node->statistics().transactions.announcements == 0);
}

TEST_CASE("a peer with the maximum of open requests is not asked, even when it is next") {
  stage on;
  auto script = [](stage* at) -> task<void> {
    auto silent = co_await at->greeted();
    auto busy = co_await at->greeted();
    const auto kernel = grin_transaction("two_outputs")->kernel_hash(0);
    co_await silent.send(transaction_kernel{kernel});
    static_cast<void>(co_await io::sleep_for(at->net(), 2s));
    for (std::size_t n = 0; n != limits::max_tx_requests_per_peer; ++n) {
      transaction_kernel told;
      told.kernel.raw[0] = static_cast<std::byte>(n);
      co_await busy.send(told);
    }
    co_await busy.send(transaction_kernel{kernel});
    const auto asked = co_await heard(&busy);
    CHECK(asked.size() == limits::max_tx_requests_per_peer);
  };
  on.play(script(&on));
}

TEST_CASE("when a copy is rejected another announcer is asked: an invalid copy has the kernel of the valid one") {
  const valid_and_invalid both;
  int accepted = 0;
  integration::adapter adapter;
  adapter.transaction_received = [&](const wire::transaction_ptr& tx, auto, const auto&) {
    if (tx->offset() != both.valid->offset()) return validation_result::reject();
    ++accepted;
    return validation_result::accept;
  };
  stage on{std::move(adapter)};
  auto script = [](stage* at, const valid_and_invalid* copies) -> task<void> {
    const auto kernel = copies->valid->kernel_hash(0);
    auto spoiler = co_await at->greeted();
    auto honest = co_await at->greeted();
    co_await spoiler.send(transaction_kernel{kernel});
    static_cast<void>(co_await spoiler.expect<get_transaction>());
    co_await honest.send(transaction_kernel{kernel});
    const auto not_yet = co_await heard(&honest);
    CHECK(not_yet == nothing);
    co_await spoiler.send(transaction{copies->invalid});
    static_cast<void>(co_await honest.expect<get_transaction>(1s));
    co_await honest.send(transaction{copies->valid});
    static_cast<void>(co_await heard(&honest));
  };
  on.play(script(&on, &both));
  CHECK(accepted == 1);
  CHECK(on.node->statistics().transactions.rejected == 1);
}

TEST_CASE("an unsolicited invalid copy does not prevent the request for the valid one") {
  const valid_and_invalid both;
  std::vector<integration::responder<validation_result>> replies;
  std::vector<bool> valid;
  integration::adapter adapter;
  adapter.transaction_received = [&](const wire::transaction_ptr& tx, auto, const auto&,
                                     integration::responder<validation_result> to) {
    valid.push_back(tx->offset() == both.valid->offset());
    replies.push_back(std::move(to));
  };
  stage on{std::move(adapter)};
  auto script = [](stage* at, const valid_and_invalid* copies,
                   std::vector<integration::responder<validation_result>>* responders,
                   const std::vector<bool>* seen) -> task<void> {
    const auto kernel = copies->valid->kernel_hash(0);
    std::vector<support::scripted_peer> spoilers;
    for (std::size_t n = 0; n != integration::limits::max_pending_copies + 4; ++n) {
      spoilers.push_back(co_await at->greeted());
      co_await spoilers.back().send(transaction{copies->invalid});
    }
    auto honest = co_await at->greeted();
    co_await honest.send(transaction_kernel{kernel});
    static_cast<void>(co_await honest.expect<get_transaction>(1s));
    co_await honest.send(transaction{copies->valid});
    static_cast<void>(co_await heard(&honest));
    CHECK(seen->size() == 1);
    responders->at(0)(validation_result::reject());
    REQUIRE(seen->size() == 2);
    CHECK(seen->at(1));  // requested transactions go first
    responders->at(1)(validation_result::accept);
    CHECK(seen->size() == 2);
  };
  on.play(script(&on, &both, &replies, &valid));
  CHECK(on.node->statistics().transactions.announcements == 0);
}

TEST_CASE("a transaction that the adapter got elsewhere is not requested any more, without blame for a peer") {
  for (const int how : {0, 1, 2}) {
    stage on;
    auto script = [](stage* at, int which) -> task<void> {
      const auto tx = grin_transaction("two_outputs");
      auto first = co_await at->greeted();
      auto second = co_await at->greeted();
      co_await first.send(transaction_kernel{tx->kernel_hash(0)});
      static_cast<void>(co_await first.expect<get_transaction>());
      co_await second.send(transaction_kernel{tx->kernel_hash(0)});
      static_cast<void>(co_await io::sleep_for(at->net(), 1s));
      if (which == 0) at->node.submit(tx);
      if (which == 1) at->node->tx_accepted(*tx);
      if (which == 2) at->node->broadcast(tx);
      const auto asked = co_await heard(&second);
      static_cast<void>(co_await io::sleep_for(at->net(), 2 * limits::tx_request_timeout));
      const auto asked_later = co_await heard(&second);
      CHECK(asked == nothing);
      CHECK(asked_later == nothing);
    };
    on.play(script(&on, how));
    CHECK(on.node->statistics().transactions.announcements == 0);
    if (how != 0) CHECK(on.node->statistics().transactions.unresponsive_accounts == 0);
  }
}

}  // namespace relay_tx_downloader_test
