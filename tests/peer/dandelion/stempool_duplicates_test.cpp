// The stempool and copies of a transaction: received again, looped, or altered.
#include <chrono>
#include <cstdint>

#include <doctest/doctest.h>
#include <support/altered.hpp>
#include <support/made_up.hpp>

#include "bench.hpp"

namespace dandelion_stempool_duplicates_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::dandelion_mode;
using support::bench;
using support::only;
using support::some_transaction;

TEST_CASE("a stem that comes again from another source takes the route of that source, too, and is not fluffed") {
  bench on{only(dandelion_mode::stem, peer::dandelion_scheme::dandelion_plus_plus)};
  const auto tx = some_transaction(1);
  for (std::uint64_t source = 1; source <= 20; ++source) on.receive(tx, source);
  CHECK(on.fluffed.empty());
  // Two relays, each was sent it once.
  REQUIRE(on.sent.size() == 2);
  CHECK(on.sent[0].second != on.sent[1].second);
}

TEST_CASE("a stem that the same peer sends again is ignored, while the first is stemmed, aggregated or waiting") {
  for (const dandelion_mode mode : {dandelion_mode::stem, dandelion_mode::fluff}) {
    CAPTURE(mode);
    bench on{only(mode)};
    const auto tx = some_transaction(1);
    for (int time = 0; time != 5; ++time) on.receive(tx, 7);
    CHECK(on.fluffed.empty());
    CHECK(on.sent.size() == (mode == dandelion_mode::stem ? 1 : 0));
    CHECK(on.pool.size() == 1);
    CHECK(on.pool.statistics().repeated == 4);
  }
  bench on{only(dandelion_mode::stem)};
  for (const auto& each : on.relays.outbound) on.relays.stem_room[each.peer] = 0;
  for (int time = 0; time != 5; ++time) on.receive(some_transaction(1), 7);
  on.relays.stem_room.clear();
  on.pass(1s);
  CHECK(on.sent.size() == 1);
}

TEST_CASE("a looped stem is not fluffed by its origin") {
  bench on{only(dandelion_mode::stem)};
  const auto tx = some_transaction(1);
  on.submit(tx);
  on.receive(tx, 7);
  CHECK(on.fluffed.empty());
  CHECK(on.sent.size() == 1);
}

TEST_CASE("an altered copy is another transaction; the same transaction in another form is not") {
  const auto tx = some_transaction(1);
  for (const support::alteration each : support::alterations) {
    CAPTURE(support::to_string(each));
    bench on{only(dandelion_mode::stem)};
    on.submit(tx);
    on.receive(support::altered(1, each), 7);
    const bool same = each == support::alteration::none;
    CHECK(on.pool.size() == (same ? 1 : 2));
    CHECK(on.sent.size() == (same ? 1 : 2));
    CHECK(on.fluffed.empty());
  }
  for (const std::uint32_t version : {1u, 2u, 3u}) {
    bench on{only(dandelion_mode::stem)};
    on.submit(tx);
    on.receive(some_transaction(1, version), 7);
    CHECK(on.pool.size() == 1);
    CHECK(on.sent.size() == 1);
  }
}

TEST_CASE("a stemmed copy does not keep an own transaction out") {
  for (const support::alteration each : support::alterations) {
    CAPTURE(support::to_string(each));
    bench on{only(dandelion_mode::stem)};
    on.receive(support::altered(1, each), 7);
    CHECK(on.submit(some_transaction(1)));
    CHECK(on.sent.size() == (each == support::alteration::none ? 1 : 2));
  }
}

}  // namespace dandelion_stempool_duplicates_test
