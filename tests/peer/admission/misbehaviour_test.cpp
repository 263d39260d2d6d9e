#include <chrono>
#include <cstdint>

#include <doctest/doctest.h>
#include <support/addresses.hpp>

#include <pappus/peer/admission/misbehaviour.hpp>

using namespace pappus;
using namespace std::chrono_literals;
using peer::consequence;
using peer::misbehaviour;
using support::at;
using support::ip;
namespace limits = peer::limits;

namespace {

constexpr io::time_point start{};
const io::endpoint liar = at("1.2.3.4:5");

}  // namespace

TEST_CASE("a score halves every ten minutes") {
  misbehaviour scores;
  scores.add(liar, 64, start);
  CHECK(scores.score(liar, start) == doctest::Approx(64));
  CHECK(scores.score(liar, start + 10min) == doctest::Approx(32));
  CHECK(scores.score(liar, start + 1h) == doctest::Approx(1));
  CHECK(scores.score(at("1.2.3.4:6"), start) == 0);
}

TEST_CASE("small faults now and then lead to nothing, the same at once to discouragement, and going on to a ban") {
  misbehaviour scores;
  for (int i = 0; i != 1'000; ++i) CHECK(scores.add(liar, 40, start + i * 15min) == consequence::none);
  const io::time_point later = start + 365 * 24h;
  CHECK(scores.add(liar, 60, later) == consequence::none);
  CHECK(scores.add(liar, 60, later) == consequence::discouragement);
  CHECK(scores.add(liar, 60, later + 1s) == consequence::discouragement);
  CHECK(scores.add(liar, 100, later + 2s) == consequence::ban);
}

TEST_CASE("discouragement concerns the peer and its address, for an hour after the last fault") {
  misbehaviour scores;
  scores.add(liar, limits::discouraging_score, start);
  CHECK(scores.discourages(liar, start));
  CHECK(scores.discourages(ip("1.2.3.4"), start));
  CHECK_FALSE(scores.discourages(at("1.2.3.4:6"), start));
  CHECK_FALSE(scores.discourages(ip("1.2.3.5"), start));
  CHECK_FALSE(scores.discourages(ip("1.2.3.3"), start));
  CHECK(scores.discourages(liar, start + limits::discouraged - 1s));
  CHECK_FALSE(scores.discourages(liar, start + limits::discouraged));
  CHECK_FALSE(scores.discourages(ip("1.2.3.4"), start + limits::discouraged));
}

TEST_CASE("a million offenders take no more memory than the limit, and do not wash out who is discouraged") {
  misbehaviour scores{100};
  scores.add(liar, limits::discouraging_score, start);
  for (std::uint32_t i = 0; i != 1'000'000 / 100; ++i) {
    scores.add({{0x0a000000 + i}, 1}, 99, start + 1s);
    REQUIRE(scores.size() <= 100);
  }
  CHECK(scores.discourages(liar, start + 1s));
  CHECK(scores.forgotten() == 10'000 + 1 - 100);
}
