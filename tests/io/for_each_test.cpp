// for_each over a channel, with a rate limit.
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/coro/channel.hpp>
#include <pappus/coro/event.hpp>
#include <pappus/coro/when_all.hpp>
#include <pappus/io/for_each.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/sim/world.hpp>

namespace for_each_test {

using namespace pappus;
using namespace std::chrono_literals;

namespace {

struct fixture {
  sim::world world{1};
  sim::machine& machine{world.add_machine()};
  channel<int> numbers{100};
  std::vector<int> seen;
  std::vector<io::duration> times;

  fixture() { CHECK(world.now() == io::time_point{}); }

  /// Fills the channel with 1 to `count`.
  void fill(int count) {
    for (int i = 1; i <= count; ++i) REQUIRE(numbers.try_send(i));
  }
  void note(int number) {
    seen.push_back(number);
    times.push_back(world.now().time_since_epoch());
  }
  /// A limit that these tests do not reach.
  [[nodiscard]] io::token_bucket unlimited() const { return {1e9, 1e9, world.now()}; }
};

task<void> note_slowly(fixture& in, int number) {
  const auto slept = co_await io::sleep_for(in.machine, 1s);
  CHECK(slept);
  in.note(number);
}

task<result<void>> refuse_three(int number) {
  if (number == 3) co_return failure{errc::poisoned};
  co_return result<void>{};
}

task<result<void>> stop_at(fixture& in, io::duration after, task<result<void>> body) {
  io::deadline limit{in.machine, {}};
  limit.expires_after(after);
  co_return co_await std::move(body).with_stop_token(limit.token());
}

/// A coroutine with a reference for a parameter: the value outlives its suspensions.
task<void> join_slowly(io::runtime& on, std::string& all, const std::string& word) {
  const auto slept = co_await io::sleep_for(on, 1s);
  CHECK(slept);
  all += word;
}

}  // namespace

TEST_CASE_FIXTURE(fixture, "every value is passed to the function, in order, until the channel is closed and empty") {
  fill(50);
  numbers.close();
  const auto note_it = [this](int number) { note(number); };
  CHECK(world.run(io::for_each(machine, numbers, unlimited(), note_it)));
  REQUIRE(seen.size() == 50);
  for (int i = 0; i != 50; ++i) CHECK(seen[static_cast<std::size_t>(i)] == i + 1);
  CHECK(world.now() == io::time_point{});
  CHECK(world.run(io::for_each(machine, numbers, unlimited(), note_it)));  // closed and empty
  CHECK(seen.size() == 50);
}

TEST_CASE_FIXTURE(fixture, "after a burst values are passed at the rate of the limit") {
  fill(6);
  numbers.close();
  const io::token_bucket limit{2.0, 3.0, world.now()};
  CHECK(world.run(io::for_each(machine, numbers, limit, [this](int number) { note(number); })));
  REQUIRE(times.size() == 6);
  for (std::size_t i = 0; i != 3; ++i) CHECK(times[i] == 0s);
  for (std::size_t i = 3; i != 6; ++i) {
    const io::duration exactly = 500ms * (i - 2);
    CHECK(times[i] >= exactly);
    CHECK(times[i] <= exactly + 10ns);  // each wait is rounded up
  }
}

TEST_CASE_FIXTURE(fixture,
                  "for_each waits for later values, and idle time fills the bucket no further than its burst") {
  auto send = [](fixture& in) -> task<void> {
    for (const io::duration pause : {10s, 0s, 0s, 10s}) {
      const auto slept = co_await io::sleep_for(in.machine, pause);
      CHECK(slept);
      const auto sent = co_await in.numbers.send(1);
      CHECK(sent);
    }
    in.numbers.close();
  };
  auto receive = [](fixture& in) -> task<result<void>> {
    const auto note_it = [&in](int number) { in.note(number); };
    const io::token_bucket limit{1.0, 2.0, in.world.now()};
    co_return co_await io::for_each(in.machine, in.numbers, limit, note_it);
  };
  auto both = [](task<void> sending, task<result<void>> receiving) -> task<void> {
    const auto ended = co_await when_all(std::move(sending), std::move(receiving));
    CHECK(std::get<1>(ended));
  };
  world.run(both(send(*this), receive(*this)));
  REQUIRE(times.size() == 4);
  CHECK(times[0] == 10s);
  CHECK(times[1] == 10s);
  CHECK(times[2] >= 11s);
  CHECK(times[2] <= 11s + 10ns);
  CHECK(times[3] == 20s);
}

TEST_CASE_FIXTURE(fixture, "a task of the function ends before the next value is received") {
  fill(3);
  numbers.close();
  CHECK(world.run(
      io::for_each(machine, numbers, unlimited(), [this](int number) { return note_slowly(*this, number); })));
  CHECK(seen == std::vector<int>{1, 2, 3});
  CHECK(times == std::vector<io::duration>{1s, 2s, 3s});
}

TEST_CASE_FIXTURE(fixture, "an error of the function ends the loop, and the other values stay in the channel") {
  fill(5);
  const auto plain = [this](int number) -> result<void> {
    note(number);
    if (number == 2) return failure{errc::closed};
    return {};
  };
  CHECK(world.run(io::for_each(machine, numbers, unlimited(), plain)).error() == make_error_code(errc::closed));
  CHECK(seen == std::vector<int>{1, 2});
  CHECK(world.run(io::for_each(machine, numbers, unlimited(), refuse_three)).error() ==
        make_error_code(errc::poisoned));
  CHECK(numbers.size() == 2);
}

TEST_CASE_FIXTURE(fixture, "an exception of the function, or of its task, is rethrown to the caller") {
  fill(2);
  const auto plain = [](int /*number*/) { throw std::runtime_error{"plain"}; };
  CHECK_THROWS_WITH(static_cast<void>(world.run(io::for_each(machine, numbers, unlimited(), plain))), "plain");
  auto later = [](int /*number*/) -> task<void> {
    throw std::runtime_error{"later"};
    co_return;
  };
  CHECK_THROWS_WITH(static_cast<void>(world.run(io::for_each(machine, numbers, unlimited(), later))), "later");
  CHECK(numbers.size() == 0);
}

TEST_CASE_FIXTURE(fixture, "a stop ends the loop while it waits for a value, for a token or for the function") {
  const auto note_it = [this](int number) { note(number); };
  auto ended = world.run(stop_at(*this, 1s, io::for_each(machine, numbers, unlimited(), note_it)));
  CHECK(ended.error() == make_error_code(errc::canceled));
  CHECK(world.now() == io::time_point{1s});

  fill(2);
  ended = world.run(stop_at(*this, 1s, io::for_each(machine, numbers, io::token_bucket{0.1, 1, world.now()}, note_it)));
  CHECK(ended.error() == make_error_code(errc::canceled));
  CHECK(world.now() == io::time_point{2s});
  CHECK(seen == std::vector<int>{1});
  CHECK(numbers.size() == 1);  // the value that had no token

  const auto sleep_long = [this](int) { return io::sleep_for(machine, 1h); };
  ended = world.run(stop_at(*this, 1s, io::for_each(machine, numbers, unlimited(), sleep_long)));
  CHECK(ended.error() == make_error_code(errc::canceled));
  CHECK(world.now() == io::time_point{3s});
}

TEST_CASE_FIXTURE(fixture, "a stop also ends a loop that never waits") {
  fill(5);
  coro::stop_source stop;
  const auto note_and_stop = [&](int number) {
    note(number);
    if (number == 2) stop.request_stop();
  };
  auto under = [](coro::stop_token token, task<result<void>> body) -> task<result<void>> {
    co_return co_await std::move(body).with_stop_token(token);
  };
  const auto ended = world.run(under(stop.token(), io::for_each(machine, numbers, unlimited(), note_and_stop)));
  CHECK(ended.error() == make_error_code(errc::canceled));
  CHECK(seen == std::vector<int>{1, 2});
  CHECK(numbers.size() == 3);
}

TEST_CASE_FIXTURE(fixture, "with a limit that gives no token the function is not called") {
  fill(1);
  const auto note_it = [this](int number) { note(number); };
  for (const io::token_bucket dry : {io::token_bucket{0, 0, {}}, io::token_bucket{100, 0.5, {}}}) {
    const auto ended = world.run(stop_at(*this, 24h, io::for_each(machine, numbers, dry, note_it)));
    CHECK(ended.error() == make_error_code(errc::canceled));
  }
  CHECK(seen.empty());
}

TEST_CASE_FIXTURE(fixture, "values are moved to the function, and live as long as its task") {
  channel<std::unique_ptr<int>> owned{2};
  for (int i = 1; i != 3; ++i) {
    auto number = std::make_unique<int>(i);
    REQUIRE(owned.try_send(number));
  }
  owned.close();
  CHECK(world.run(io::for_each(machine, owned, unlimited(), [this](std::unique_ptr<int> number) { note(*number); })));
  CHECK(seen == std::vector<int>{1, 2});

  channel<std::string> words{2};
  for (const char* each : {"a text too long for the small buffer of a string, ", "and another one of that kind"}) {
    std::string word{each};
    REQUIRE(words.try_send(word));
  }
  words.close();
  std::string all;
  const auto join = [&](const std::string& word) { return join_slowly(machine, all, word); };
  CHECK(world.run(io::for_each(machine, words, unlimited(), join)));
  CHECK(all == "a text too long for the small buffer of a string, and another one of that kind");
}

}  // namespace for_each_test
