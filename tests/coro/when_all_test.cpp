// when_all.
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/coro/event.hpp>
#include <pappus/coro/when_all.hpp>
#include <pappus/coro/yield.hpp>

#include "support/manual_loop.hpp"

namespace when_all_test {

using pappus::errc;
using pappus::event;
using pappus::failure;
using pappus::result;
using pappus::task;
using pappus::when_all;
using pappus::coro::yield;
using support::manual_loop;
using support::started;

namespace {

task<int> give(int value, int after) {
  for (int i = 0; i != after; ++i) co_await yield();
  co_return value;
}

task<std::unique_ptr<int>> give_owned(int value) {
  co_await yield();
  co_return std::make_unique<int>(value);
}

task<void> add(int& to) {
  co_await yield();
  ++to;
}

task<int> fail(std::string what) {
  co_await yield();
  throw std::runtime_error{what};
}

task<result<int>> give_error() { co_return failure{errc::closed}; }

task<result<void>> wait_for(event& awaited) { co_return co_await awaited.wait(); }

task<void> note_end(event& awaited, std::string& into) {
  const auto ended = co_await awaited.wait();
  into = ended ? "done" : ended.error().message();
}

}  // namespace

TEST_CASE("when_all returns all values in the order of the tasks, not of their ends") {
  manual_loop loop;
  int added = 0;
  auto [first, second, third, fourth] = loop.run(when_all(give(1, 5), give_owned(2), add(added), give(4, 0)));
  CHECK(first == 1);
  CHECK(*second == 2);
  static_assert(std::is_same_v<decltype(third), std::monostate>);
  CHECK(fourth == 4);
  CHECK(added == 1);
}

TEST_CASE("when_all of no tasks completes at once") {
  manual_loop loop;
  CHECK(loop.run(when_all()) == std::tuple<>{});
  CHECK(loop.run(when_all(std::vector<task<int>>{})).empty());
}

TEST_CASE("when_all of many tasks returns their values in order") {
  manual_loop loop;
  std::vector<task<int>> many;
  std::vector<int> expected;
  for (int i = 0; i != 100; ++i) {
    many.push_back(give(i, i * 37 % 11));
    expected.push_back(i);
  }
  CHECK(loop.run(when_all(std::move(many))) == expected);

  int added = 0;
  std::vector<task<void>> nameless;
  for (int i = 0; i != 100; ++i) nameless.push_back(add(added));
  CHECK(loop.run(when_all(std::move(nameless))).size() == 100);
  CHECK(added == 100);
}

TEST_CASE("the tasks of when_all run concurrently") {
  manual_loop loop;
  event awaited;
  const auto setter = [](event& to_set) -> task<void> {
    co_await yield();
    to_set.set();
  };
  const auto given = loop.run(when_all(wait_for(awaited), setter(awaited)));
  CHECK(std::get<0>(given).has_value());
}

TEST_CASE("an exception in one task stops the others and is rethrown when all have ended") {
  manual_loop loop;
  event never;
  std::string ended;
  CHECK_THROWS_WITH_AS(static_cast<void>(loop.run(when_all(note_end(never, ended), fail("thrown"), give(1, 9)))),
                       "thrown", std::runtime_error);
  CHECK(ended == "canceled");
}

TEST_CASE("an error value of one task stops no other task") {
  manual_loop loop;
  event awaited;
  started<std::tuple<result<int>, result<void>>> job{loop, when_all(give_error(), wait_for(awaited))};
  loop.drain();
  CHECK_FALSE(job.ended());
  awaited.set();
  loop.drain();
  REQUIRE(job.ended());
  const auto [first, second] = job.take();
  CHECK(first.error() == errc::closed);
  CHECK(second.has_value());
}

TEST_CASE("a stop reaches all tasks of when_all, and their results are still returned") {
  manual_loop loop;
  event never;
  started<std::tuple<result<void>, int>> job{loop, when_all(wait_for(never), give(3, 2))};
  loop.drain();
  job.request_stop();
  loop.drain();
  REQUIRE(job.ended());
  const auto [first, second] = job.take();
  CHECK(first.error() == errc::canceled);
  CHECK(second == 3);
}

}  // namespace when_all_test
