// Scores of peers that did not answer transaction requests.
#include <chrono>
#include <cstdint>

#include <doctest/doctest.h>

#include <pappus/peer/relay/limits.hpp>
#include <pappus/peer/relay/silence_scores.hpp>

namespace relay_silence_scores_test {

using namespace pappus;
using namespace std::chrono_literals;

namespace limits = peer::limits;

namespace {

io::endpoint account(std::uint32_t number) { return {pappus::ip_address::v4(0x0a000000 + number), 0}; }

}  // namespace

TEST_CASE("each unanswered request raises the score, a level for each doubling, and the score decays") {
  peer::silence_scores scores;
  io::time_point now{};
  CHECK(scores.level(account(1), now) == 0);
  scores.add(account(1), now);
  CHECK(scores.level(account(1), now) > 0);
  CHECK(scores.level(account(2), now) == 0);
  const unsigned once = scores.level(account(1), now);
  scores.add(account(1), now);
  CHECK(scores.level(account(1), now) == once + 1);
  now += limits::silence_half_life;
  CHECK(scores.level(account(1), now) == once);
  now += 2 * limits::silence_half_life;
  CHECK(scores.level(account(1), now) == 0);
}

TEST_CASE("after any number of unanswered requests the score decays to zero") {
  peer::silence_scores scores;
  io::time_point now{};
  for (int n = 0; n != 10'000; ++n) scores.add(account(1), now);
  now += 6 * limits::silence_half_life;
  CHECK(scores.level(account(1), now) > 0);
  now += 2 * limits::silence_half_life;
  CHECK(scores.level(account(1), now) == 0);
}

TEST_CASE("the number of accounts is limited, and those with the lowest scores are forgotten first") {
  peer::silence_scores scores{100};
  const io::time_point now{};
  for (int n = 0; n != 5; ++n) scores.add(account(0), now);
  for (std::uint32_t n = 1; n != 1000; ++n) scores.add(account(n), now);
  CHECK(scores.size() == 100);
  CHECK(scores.level(account(0), now) > scores.level(account(999), now));
  const io::time_point later = now + 10 * limits::silence_half_life;
  scores.add(account(2000), later);
  CHECK(scores.size() == 1);
}

}  // namespace relay_silence_scores_test
