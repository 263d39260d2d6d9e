// Misbehavior scores: their decay, and how long an address is refused.
#include <chrono>

#include <doctest/doctest.h>

#include <pappus/peer/accounts/limits.hpp>
#include <pappus/peer/accounts/misbehavior_scores.hpp>

namespace accounts_misbehavior_scores_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::misbehavior_scores;
namespace limits = peer::limits;

namespace {

constexpr io::time_point start{1h};

/// Misbehaves as soon as it is accepted; returns how often it was within an hour.
int tries_within_an_hour(misbehavior_scores& faults, io::time_point from) {
  int tries = 0;
  for (io::time_point now = from; now < from + 1h; now += 1s) {
    if (faults.refuses(now)) continue;
    CHECK(faults.add(limits::discouragement_score, now));
    ++tries;
  }
  return tries;
}

}  // namespace

TEST_CASE("scores halve every ten minutes") {
  misbehavior_scores faults;
  CHECK_FALSE(faults.add(64, start));
  CHECK(faults.score(start) == doctest::Approx(64));
  CHECK(faults.score(start + 10min) == doctest::Approx(32));
  CHECK(faults.score(start + 1h) == doctest::Approx(1));
}

TEST_CASE("rare small faults have no effect; the same faults at once discourage the address and reset its score") {
  misbehavior_scores faults;
  for (int i = 0; i != 1'000; ++i) CHECK_FALSE(faults.add(40, start + i * 15min));
  const io::time_point later = start + 365 * 24h;
  CHECK_FALSE(faults.add(60, later));
  CHECK_FALSE(faults.refuses(later));
  CHECK(faults.add(60, later));
  CHECK(faults.refuses(later));
  CHECK_FALSE(faults.add(60, later));
}

TEST_CASE("an address is refused for a second at first, then twice as long each time, up to five minutes") {
  misbehavior_scores faults;
  io::time_point now = start;
  for (const auto length : {1s, 2s, 4s, 8s, 16s, 32s, 64s, 128s, 256s, 300s, 300s}) {
    faults.discourage(now);
    CHECK(faults.refuses(now + length * 9 / 10));  // the decay meanwhile is less than a tenth
    now += length;
    CHECK_FALSE(faults.refuses(now));
  }
}

TEST_CASE("the time of refusal halves every hour") {
  misbehavior_scores faults;
  for (int i = 0; i != 20; ++i) faults.discourage(start);
  const io::time_point later = start + 2h;
  faults.discourage(later);  // 300 s were 75 s by then
  CHECK(faults.refuses(later + 149s));
  CHECK_FALSE(faults.refuses(later + 151s));
}

TEST_CASE("a peer that connects again at once and misbehaves is accepted a few times an hour") {
  misbehavior_scores faults;
  CHECK(tries_within_an_hour(faults, start) <= 21);
  CHECK(tries_within_an_hour(faults, start + 1h) == 12);
  CHECK(tries_within_an_hour(faults, start + 2h) == 12);
}

TEST_CASE(
    "an address is discouraged for an hour after the first fault, for hours after many; earlier sessions are not") {
  misbehavior_scores faults;
  CHECK_FALSE(faults.discourages(start));
  CHECK(faults.is_idle(start));
  faults.discourage(start);
  CHECK(faults.discourages(start + 1h - 1s));
  CHECK_FALSE(faults.is_idle(start + 1h - 1s));
  CHECK_FALSE(faults.discourages(start + 1h));
  CHECK(faults.is_idle(start + 1h));
  for (int i = 0; i != 20; ++i) faults.discourage(start + 2h);
  CHECK(faults.discourages(start + 2h + 9h));
  CHECK_FALSE(faults.discourages(start + 2h + 10h));
  CHECK(faults.discourages(start + 2h, start + 3h));
  CHECK_FALSE(faults.discourages(start + 2h - 1s, start + 3h));
}

TEST_CASE("of two merged scores the worse one counts") {
  misbehavior_scores good;
  misbehavior_scores bad;
  good.add(20, start);
  bad.add(50, start);
  for (int i = 0; i != 3; ++i) bad.discourage(start);
  bad.add(30, start);
  good.merge(bad, start + 1s);
  CHECK(good.score(start + 1s) == doctest::Approx(30).epsilon(0.01));
  CHECK(good.refuses(start + 4s - 1ms));
  CHECK_FALSE(good.refuses(start + 4s));
  CHECK(good.discourages(start, start + 1h));
  bad.merge(misbehavior_scores{}, start + 1s);
  CHECK(bad.refuses(start + 3s));
}

}  // namespace accounts_misbehavior_scores_test
