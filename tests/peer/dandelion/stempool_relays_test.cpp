// The stempool and its relays: lost, congested, missing, or the source of the transaction.
#include <chrono>
#include <cstddef>
#include <utility>

#include <doctest/doctest.h>
#include <support/made_up.hpp>

#include <pappus/peer/dandelion/limits.hpp>

#include "bench.hpp"

namespace dandelion_stempool_relays_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::dandelion_mode;
using peer::fluff_reason;
using support::bench;
using support::only;
using support::some_transaction;

TEST_CASE(
    "a stem whose relay leaves before it is written is sent to another relay, once an epoch, and then waits for the "
    "next epoch") {
  for (const bool own : {false, true}) {
    CAPTURE(own);
    peer::dandelion_options options = only(dandelion_mode::stem);
    options.epoch = 100s;
    options.epoch_jitter = 0s;
    bench on{options};
    const auto tx = some_transaction(1);
    if (own) on.submit(tx);
    else on.receive(tx, 7);
    for (std::size_t sent = 1; sent <= 2; ++sent) {
      REQUIRE(on.sent.size() == sent);
      on.lose(on.sent.back().second);
    }
    CHECK(on.sent.size() == 2);
    CHECK(on.relays.outbound.size() == 2);
    on.pass(99s);
    CHECK(on.sent.size() == 2);
    on.pass(1s);
    CHECK(on.sent.size() == 3);
    CHECK(on.relays.is_connected(on.sent[2].second));
    CHECK(on.fluffed.empty());
  }
}

TEST_CASE("a stem that cannot be sent to a connected relay is tried again after an interval") {
  bench on{only(dandelion_mode::stem)};
  const auto tx = some_transaction(1);
  on.receive(tx, 7);
  for (std::size_t sent = 1; sent <= 5; ++sent) {
    REQUIRE(on.sent.size() == sent);
    on.refuse(tx, on.sent.back().second);
    CHECK(on.sent.size() == sent);
    on.pass(peer::limits::stem_retry_interval);
    CHECK(on.sent.back().second == on.sent.front().second);
  }
  CHECK(on.fluffed.empty());
}

TEST_CASE("without an outbound peer a stem waits for one until its deadline, be it own or another's") {
  for (const bool own : {false, true}) {
    CAPTURE(own);
    bench on{only(dandelion_mode::stem)};
    const auto all = std::exchange(on.relays.outbound, {});
    on.relays.expected = true;
    const auto first = some_transaction(1);
    const auto second = some_transaction(2);
    if (own) on.submit(first);
    else on.receive(first, 7);
    on.pass(100s);
    CHECK(on.sent.empty());
    on.relays.outbound = all;
    on.pass(1s);
    CHECK(on.sent.size() == 1);
    on.relays.outbound.clear();
    if (own) on.submit(second);
    else on.receive(second, 7);
    CHECK(on.fluffed.empty());
    on.pass(1h);
    REQUIRE(on.fluffed.size() == 2);
    for (const auto& each : on.fluffed) CHECK(each.second == fluff_reason::embargo_expired);
  }
}

TEST_CASE("if no outbound peer is expected a stem is fluffed at once; without any peer it waits") {
  for (const bool own : {false, true}) {
    CAPTURE(own);
    bench no_way{only(dandelion_mode::stem)};
    no_way.relays.outbound.clear();
    if (own) no_way.submit(some_transaction(1));
    else no_way.receive(some_transaction(1), 7);
    REQUIRE(no_way.fluffed.size() == 1);
    CHECK(no_way.fluffed[0].second == fluff_reason::no_relay);
  }
  bench alone{only(dandelion_mode::stem)};
  alone.relays.outbound.clear();
  alone.relays.inbound = 0;
  alone.submit(some_transaction(1));
  alone.pass(24h);
  CHECK(alone.fluffed.empty());
  alone.relays.inbound = 1;
  alone.pass(10s);
  REQUIRE(alone.fluffed.size() == 1);
  CHECK(alone.fluffed[0].second == fluff_reason::embargo_expired);
}

TEST_CASE("a stem is not sent back to its source: it waits for its deadline") {
  bench on{only(dandelion_mode::stem)};
  on.submit(some_transaction(1));
  REQUIRE(on.sent.size() == 1);
  on.receive(some_transaction(2), on.sent[0].second);
  CHECK(on.sent.size() == 1);
  CHECK(on.fluffed.empty());
  on.pass(1h);
  CHECK(on.sent.size() == 1);
  REQUIRE(on.fluffed.size() == 2);
  for (const auto& each : on.fluffed) CHECK(each.second == fluff_reason::embargo_expired);
}

}  // namespace dandelion_stempool_relays_test
