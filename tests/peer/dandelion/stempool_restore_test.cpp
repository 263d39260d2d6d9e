// The stempool, restored from the store of the last run.
#include <chrono>
#include <cstdint>

#include <doctest/doctest.h>
#include <support/made_up.hpp>

#include "bench.hpp"

namespace dandelion_stempool_restore_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::dandelion_mode;
using peer::fluff_reason;
using peer::stem_outcome;
using support::bench;
using support::only;
using support::some_transaction;

TEST_CASE("a restored transaction is neither stemmed again nor fluffed before its deadline") {
  bench on{only(dandelion_mode::stem)};
  const auto tx = some_transaction(1);
  on.pool.restore(on.now, tx, 100s);
  on.carry_out();
  on.pass(99s);
  CHECK(on.sent.empty());
  CHECK(on.fluffed.empty());
  CHECK(on.validations.empty());
  on.pass(1s);
  CHECK(on.sent.empty());
  REQUIRE(on.fluffed.size() == 1);
  CHECK(on.fluffed[0].second == fluff_reason::embargo_expired);
}

TEST_CASE("a restored transaction whose deadline has passed is validated, waits up to a minute, and is fluffed") {
  int within_a_second = 0;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    bench on{only(dandelion_mode::stem), seed};
    on.silent = true;  // the adapter is still starting
    const auto tx = some_transaction(seed);
    on.pool.restore(on.now, tx, 0s);
    on.carry_out();
    REQUIRE(on.validations.size() == 1);
    CHECK(on.validations[0].before == peer::phase::fluff);
    on.pass(5s);
    CHECK(on.fluffed.empty());
    on.silent = false;
    on.answer(on.validations[0], true);
    CHECK(on.fluffed.empty());
    on.pass(1s);
    within_a_second += on.fluffed.empty() ? 0 : 1;
    on.pass(59s);
    REQUIRE(on.fluffed.size() == 1);
    CHECK(on.fluffed[0].second == fluff_reason::embargo_expired);
    CHECK(on.validations.size() == 2);
    CHECK(on.sent.empty());
  }
  CHECK(within_a_second <= 5);

  bench with_invalid{only(dandelion_mode::stem)};
  with_invalid.invalid = {some_transaction(1)};
  with_invalid.pool.restore(with_invalid.now, some_transaction(1), 0s);
  with_invalid.carry_out();
  REQUIRE(with_invalid.finished.size() == 1);
  CHECK(with_invalid.finished[0].outcome == stem_outcome::invalid);
}

}  // namespace dandelion_stempool_restore_test
