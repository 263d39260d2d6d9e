// The token bucket.
#include <limits>

#include <doctest/doctest.h>

#include <pappus/io/token_bucket.hpp>

#include "../support/extremes.hpp"

namespace token_bucket_test {

using namespace pappus::io;
using namespace std::chrono_literals;

TEST_CASE("a bucket starts full, and refills at its rate up to its size") {
  time_point now{};
  token_bucket bucket{2.0, 5.0, now};
  for (int i = 0; i != 5; ++i) CHECK(bucket.try_consume(now));
  CHECK_FALSE(bucket.try_consume(now));
  now += 500ms;
  CHECK(bucket.try_consume(now));
  CHECK_FALSE(bucket.try_consume(now));
  now += 1h;
  for (int i = 0; i != 5; ++i) CHECK(bucket.try_consume(now));
  CHECK_FALSE(bucket.try_consume(now));
}

TEST_CASE("try_consume of more tokens than there are takes none") {
  const time_point now{};
  token_bucket bucket{1.0, 10.0, now};
  CHECK_FALSE(bucket.try_consume(now, 10.5));
  CHECK(bucket.try_consume(now, 7.0));
  CHECK_FALSE(bucket.try_consume(now, 3.5));
  CHECK(bucket.try_consume(now, 3.0));
}

TEST_CASE("after time_until the tokens are there, and not much earlier") {
  for (const double rate : {0.3, 1.0, 7.0, 1e6}) {
    time_point now{};
    token_bucket bucket{rate, 3.0, now};
    CHECK(bucket.time_until(now, 3.0) == duration::zero());
    CHECK(bucket.try_consume(now, 3.0));
    for (int i = 0; i != 100; ++i) {
      const duration wait = bucket.time_until(now, 2.0);
      CHECK(wait > duration::zero());
      token_bucket early = bucket;
      CHECK_FALSE(early.try_consume(now + wait * 99 / 100, 2.0));
      now += wait;
      CHECK(bucket.try_consume(now, 2.0));
    }
  }
}

TEST_CASE("time_until of more tokens than the bucket holds is infinite") {
  const time_point now{};
  token_bucket bucket{1.0, 3.0, now};
  CHECK(bucket.time_until(now, 3.5) == duration::max());
  token_bucket dry{0.0, 3.0, now};
  CHECK(dry.try_consume(now, 3.0));
  CHECK(dry.time_until(now) == duration::max());
}

TEST_CASE("a bucket gives no more than its tokens at any time of the range") {
  token_bucket bucket{1.0, 3.0, time_point{}};
  CHECK(bucket.try_consume(time_point{}, 3.0));
  for (const time_point each : support::passed_at(time_point{})) {
    CHECK_FALSE(bucket.try_consume(each));
    CHECK(bucket.time_until(each) == 1s + 1ns);
  }
  CHECK(bucket.try_consume(never - 1ns, 3.0));
  CHECK_FALSE(bucket.try_consume(never));
  token_bucket ancient{1.0, 3.0, time_point::min()};
  CHECK(ancient.try_consume(never, 3.0));
  CHECK_FALSE(ancient.try_consume(never));
}

TEST_CASE("a bucket with a rate near zero, zero or invalid gives an infinite wait") {
  constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
  for (const double rate : {1e-12, 1e-300, 0.0, -1.0, not_a_number}) {
    token_bucket bucket{rate, 1.0, time_point{}};
    CHECK(bucket.try_consume(time_point{}));
    CHECK(bucket.time_until(time_point{}) == duration::max());
    CHECK_FALSE(bucket.try_consume(time_point{1h}));
  }
  for (const double burst : {0.0, -1.0, not_a_number}) {
    token_bucket bucket{1.0, burst, time_point{}};
    CHECK_FALSE(bucket.try_consume(time_point{1h}));
    CHECK(bucket.time_until(time_point{1h}) == duration::max());
  }
}

}  // namespace token_bucket_test
