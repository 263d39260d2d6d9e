// Trust in the wall clock: from stored times, jumps and headers.
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>

#include <doctest/doctest.h>

#include <pappus/peer/clock/clock_trust.hpp>
#include <pappus/peer/clock/limits.hpp>

namespace clock_clock_trust_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::clock_doubt;
using peer::clock_start;
using peer::clock_trust;
using peer::start_after;

namespace {

using seconds = std::chrono::seconds;

constexpr io::wall_time noon{1'600'000'000s};
constexpr std::initializer_list<seconds> deviations{10min, -10min, 30 * 24h, -30 * 24h, 400 * 24h, -400 * 24h};

/// A world that starts at noon, and a clock that may be wrong.
struct fixture {
  explicit fixture(clock_start from, seconds wrong_by = 0s) : wrong(wrong_by), clock(from, now(), wall()) {}

  [[nodiscard]] io::time_point now() const { return io::time_point{passed}; }
  [[nodiscard]] io::wall_time truth() const { return noon + passed; }
  [[nodiscard]] io::wall_time wall() const { return truth() + wrong; }

  /// The error of the node's time.
  [[nodiscard]] seconds error() const { return std::chrono::duration_cast<seconds>(clock.time(now()) - truth()); }

  seconds look_after(seconds pause) {
    passed += pause;
    return std::chrono::duration_cast<seconds>(clock.check(now(), wall()));
  }
  /// Headers as they are mined and announced.
  void hear(int count) {
    for (; count != 0; --count) {
      wire::hash id;
      for (std::size_t i = 0; i != 4; ++i) id.raw[i] = std::byte{static_cast<std::uint8_t>(headers >> 8 * i)};
      ++headers;
      clock.announced(1, id, std::chrono::duration_cast<seconds>(truth().time_since_epoch()).count(), now());
    }
  }

  seconds passed{0};
  seconds wrong;
  std::uint32_t headers = 0;
  clock_trust clock;
};

}  // namespace

TEST_CASE("a first run starts at the wall clock, a later one not before the end of the last") {
  CHECK(start_after({}, noon).time == noon);
  CHECK(start_after({}, noon).doubt == clock_doubt::none);
  for (const seconds later : {0s, 1s, seconds{72h}}) {
    CHECK(start_after(noon, noon + later).time == noon + later);
    CHECK(start_after(noon, noon + later).doubt == clock_doubt::none);
  }
  for (const seconds later : {0s, 1s, seconds{24h}}) {
    CHECK(start_after(noon, noon - later).time == noon);
    CHECK(start_after(noon, noon - later).doubt == clock_doubt::none);
  }
}

TEST_CASE(
    "a clock a day behind the end of the last run, or three days ahead, is not trusted; the node's time goes on from "
    "there") {
  const clock_start behind = start_after(noon, noon - 24h - 1s);
  CHECK(behind.time == noon);
  CHECK(behind.doubt == clock_doubt::behind_store);
  const clock_start ahead = start_after(noon, noon + 72h + 1s);
  CHECK(ahead.time == noon);
  CHECK(ahead.doubt == clock_doubt::ahead_of_store);
  CHECK(start_after(io::wall_time{0s}, noon).doubt == clock_doubt::ahead_of_store);
  CHECK(start_after(noon, io::wall_time{0s}).doubt == clock_doubt::behind_store);
}

TEST_CASE("small steps of the wall clock are followed, large ones are not") {
  fixture on{{noon}};
  for (int i = 0; i != 10; ++i) {
    on.wrong += 2min;
    CHECK(on.look_after(30s) == 0s);
    CHECK(on.clock.trusted());
    CHECK(on.error() == on.wrong);
  }
  for (const seconds by : deviations) {
    fixture at{{noon}};
    at.wrong = by;
    CHECK(at.look_after(30s) == 0s);
    CHECK_FALSE(at.clock.trusted());
    CHECK(at.clock.doubt() == clock_doubt::jumped);
    CHECK(at.error() == 0s);
    CHECK(at.look_after(100h) == 0s);
    CHECK_FALSE(at.clock.trusted());
    CHECK(at.error() == 0s);
  }
}

TEST_CASE("a clock that jumped to the right time is trusted when eleven headers agree, and all times are adjusted") {
  for (const seconds by : deviations) {
    CAPTURE(by.count());
    fixture on{{noon + by}, by};  // wrong from the start, without a sign of it
    on.look_after(30s);
    CHECK(on.error() == by);
    on.wrong = 0s;
    CHECK(on.look_after(30s) == 0s);
    CHECK_FALSE(on.clock.trusted());
    on.hear(10);
    CHECK(on.look_after(30s) == 0s);
    CHECK_FALSE(on.clock.trusted());
    on.hear(1);
    CHECK(on.look_after(1s) == -by);
    CHECK(on.clock.trusted());
    CHECK(on.error() == 0s);
    CHECK(on.clock.began() == noon);
    CHECK(on.look_after(30s) == 0s);
    CHECK(on.clock.trusted());
  }
}

TEST_CASE("a clock that contradicts the headers is never trusted, and no time is adjusted to it") {
  for (const seconds by : deviations) {
    CAPTURE(by.count());
    fixture on{{noon}};
    on.hear(11);
    CHECK(on.look_after(30s) == 0s);
    on.wrong = by;
    const bool agrees = std::chrono::abs(by) <= peer::limits::clock_trust_tolerance;
    for (int i = 0; i != 100; ++i) {
      on.hear(1);
      CHECK(on.look_after(1min) == 0s);
      CHECK(on.clock.trusted() == agrees);
      CHECK(std::chrono::abs(on.error()) <= 1s);
    }
    on.wrong = 0s;
    CHECK(on.look_after(30s) == 0s);
    CHECK(on.clock.trusted());
    CHECK(std::chrono::abs(on.error()) <= 1s);
  }
}

TEST_CASE("a clock behind the store waits for headers, and is trusted if it is corrected meanwhile") {
  fixture on{start_after(noon, noon - 400 * 24h), -400 * 24h};
  on.hear(11);
  CHECK(on.look_after(30s) == 0s);
  CHECK_FALSE(on.clock.trusted());
  CHECK(on.error() == 0s);
  on.wrong = 0s;
  CHECK(on.look_after(30s) == 0s);
  CHECK(on.clock.trusted());
}

TEST_CASE("after a long pause the node's time goes on where it ended, until headers give the length of the pause") {
  fixture on{start_after(noon - 30 * 24h, noon)};
  CHECK_FALSE(on.clock.trusted());
  CHECK(on.error() == -30 * 24h);
  on.hear(11);
  CHECK(on.look_after(1s) == 30 * 24h);
  CHECK(on.clock.trusted());
  CHECK(on.error() == 0s);
}

TEST_CASE("a store written with a clock ahead is adjusted when headers contradict it") {
  fixture on{start_after(noon + 400 * 24h, noon)};
  CHECK(on.clock.doubt() == clock_doubt::behind_store);
  on.hear(11);
  CHECK(on.look_after(1s) == -400 * 24h);
  CHECK(on.clock.trusted());
}

TEST_CASE("a clock is trusted when the operator says so") {
  fixture on{start_after(noon - 30 * 24h, noon)};
  CHECK(std::chrono::duration_cast<seconds>(on.clock.trust(on.now(), on.wall())) == 30 * 24h);
  CHECK(on.clock.trusted());
  CHECK(on.error() == 0s);
  on.wrong = 1h;
  on.look_after(30s);
  CHECK_FALSE(on.clock.trusted());
}

TEST_CASE("the offset of the wall clock from the headers is known after eleven headers") {
  fixture on{{noon - 10min}, -10min};
  on.hear(10);
  CHECK_FALSE(on.clock.difference(on.now(), on.wall()).has_value());
  on.hear(1);
  CHECK(on.clock.difference(on.now(), on.wall()) == -10min);
  on.wrong = 30 * 24h;
  CHECK(on.clock.difference(on.now(), on.wall()) == 30 * 24h);
}

TEST_CASE("clocks at the ends of their range are handled") {
  const std::initializer_list<io::wall_time> ends{io::wall_time::min(), noon, io::wall_time::max()};
  for (const io::wall_time last : ends) {
    for (const io::wall_time wall : ends) {
      const clock_start start = start_after(last, wall);
      CHECK(start.time == last);
      CHECK((start.doubt == clock_doubt::none) == (last == wall));
      clock_trust clock{start, io::time_point{}, wall};
      for (const io::wall_time then : ends) {
        static_cast<void>(clock.check(io::time_point{1h}, then));
        static_cast<void>(clock.trust(io::time_point{1h}, then));
        CHECK(clock.trusted());
        CHECK(clock.time(io::never) >= clock.time(io::time_point{1h}));
      }
    }
  }
}

}  // namespace clock_clock_trust_test
