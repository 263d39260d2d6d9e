// The stempool and the adapter's validation: at the deadline, late, or never.
#include <chrono>
#include <cstddef>

#include <doctest/doctest.h>
#include <support/made_up.hpp>

#include "bench.hpp"

namespace dandelion_stempool_validation_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::dandelion_mode;
using peer::fluff_reason;
using peer::stem_outcome;
using support::bench;
using support::only;
using support::some_transaction;

TEST_CASE("at its deadline a transaction is validated again, and dropped if it is invalid") {
  bench on{only(dandelion_mode::stem)};
  const auto tx = some_transaction(1);
  on.receive(tx, 7);
  on.invalid = {tx};
  on.pass(1h);
  CHECK(on.fluffed.empty());
  REQUIRE(on.finished.size() == 1);
  CHECK(on.finished[0].outcome == stem_outcome::invalid);
}

TEST_CASE("a stem of others that the adapter never validates is dropped after a timeout") {
  bench on{only(dandelion_mode::stem)};
  on.silent = true;
  on.receive(some_transaction(1), 7);
  on.pass(1h);
  CHECK(on.pool.size() == 0);
  CHECK(on.finished.at(0).outcome == stem_outcome::invalid);
}

TEST_CASE("the adapter is asked again about an own transaction, before the stem and before the fluff") {
  bench on{only(dandelion_mode::stem)};
  const auto tx = some_transaction(1);
  on.silent = true;
  on.submit(tx);
  on.pass(1h);
  REQUIRE(on.validations.size() >= 6);
  CHECK(on.validations.size() <= 8);
  CHECK(on.sent.empty());
  const auto late = on.validations.front();  // a response to any of the calls counts
  on.answer(late, true);
  CHECK(on.sent.size() == 1);
  CHECK(on.persisted.at(0).deadline > on.now + 180s);

  on.validations.clear();
  on.pass(3h);
  CHECK(on.validations.size() >= 15);
  CHECK(on.validations.back().before == peer::phase::fluff);
  CHECK(on.pool.size() == 1);
  on.answer(late, false);  // to a call that is over
  CHECK(on.pool.size() == 1);
  on.answer(on.validations.back(), true);
  REQUIRE(on.fluffed.size() == 1);
  CHECK(on.fluffed[0].second == fluff_reason::embargo_expired);
}

TEST_CASE("a dropped responder is asked again soon, and not at once") {
  bench on{only(dandelion_mode::stem)};
  on.silent = true;
  on.submit(some_transaction(1));
  for (std::size_t time = 1; time <= 5; ++time) {
    REQUIRE(on.validations.size() == time);
    on.pool.unanswered(on.now, on.validations.back());
    on.carry_out();
    on.pass(9s);
    CHECK(on.validations.size() == time);
    on.pass(1s);
  }
  on.answer(on.validations.back(), true);
  CHECK(on.sent.size() == 1);
}

}  // namespace dandelion_stempool_validation_test
