// when_any.
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <variant>

#include <doctest/doctest.h>

#include <pappus/coro/event.hpp>
#include <pappus/coro/when_any.hpp>
#include <pappus/coro/yield.hpp>

#include "support/manual_loop.hpp"

namespace when_any_test {

using pappus::errc;
using pappus::event;
using pappus::failure;
using pappus::result;
using pappus::task;
using pappus::when_any;
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

task<void> pass(int turns) {
  for (int i = 0; i != turns; ++i) co_await yield();
}

task<int> fail(int after) {
  for (int i = 0; i != after; ++i) co_await yield();
  throw std::runtime_error{"thrown"};
}

task<result<int>> give_error() { co_return failure{errc::closed}; }

task<result<void>> wait_for(event& awaited) { co_return co_await awaited.wait(); }

/// Ends a while after it was stopped.
task<std::string> end_slowly(event& awaited, bool& over) {
  const auto ended = co_await awaited.wait();
  for (int i = 0; i != 5; ++i) co_await yield();
  over = true;
  co_return ended ? "done" : ended.error().message();
}

}  // namespace

TEST_CASE("when_any returns the result of the first task to end, and its index") {
  manual_loop loop;
  const auto first = loop.run(when_any(give(1, 5), give(2, 3), give(3, 4)));
  CHECK(first.index() == 1);
  CHECK(std::get<1>(first) == 2);

  const auto owned = loop.run(when_any(pass(3), give_owned(7)));
  REQUIRE(owned.index() == 1);
  CHECK(*std::get<1>(owned) == 7);

  CHECK(loop.run(when_any(pass(1), give(1, 2))).index() == 0);
}

TEST_CASE("of tasks that end in the same turn the first one counts") {
  manual_loop loop;
  const auto first = loop.run(when_any(give(1, 0), give(2, 0)));
  CHECK(first.index() == 0);
}

TEST_CASE("when_any stops the other tasks and waits until they have ended") {
  manual_loop loop;
  event never;
  bool over = false;
  const auto first = loop.run(when_any(end_slowly(never, over), give(1, 2)));
  CHECK(first.index() == 1);
  CHECK(over);
}

TEST_CASE("an error value is a result like any other") {
  manual_loop loop;
  event never;
  const auto first = loop.run(when_any(wait_for(never), give_error()));
  REQUIRE(first.index() == 1);
  CHECK(std::get<1>(first).error() == errc::closed);
}

TEST_CASE("an exception in any task is rethrown when all have ended, also of a task that was stopped") {
  manual_loop loop;
  event never;
  bool over = false;
  CHECK_THROWS_AS(static_cast<void>(loop.run(when_any(end_slowly(never, over), fail(1)))), std::runtime_error);
  CHECK(over);
  CHECK_THROWS_AS(static_cast<void>(loop.run(when_any(fail(4), give(1, 2)))), std::runtime_error);
}

TEST_CASE("a stop from outside reaches all tasks, and the first one to end counts") {
  manual_loop loop;
  event never;
  event neither;
  started<std::variant<result<void>, result<void>>> job{loop, when_any(wait_for(never), wait_for(neither))};
  loop.drain();
  CHECK_FALSE(job.ended());
  job.request_stop();
  loop.drain();
  REQUIRE(job.ended());
  const auto first = job.take();
  REQUIRE(first.index() == 0);
  CHECK(std::get<0>(first).error() == errc::canceled);
}

TEST_CASE("when_any of one task returns its result") {
  manual_loop loop;
  CHECK(std::get<0>(loop.run(when_any(give(4, 1)))) == 4);
}

}  // namespace when_any_test
