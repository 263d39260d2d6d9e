// Events: set, reset and stop.
#include <deque>
#include <optional>
#include <ostream>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/coro/event.hpp>
#include <pappus/coro/stop.hpp>

#include "support/death.hpp"
#include "support/manual_loop.hpp"

namespace event_test {

using pappus::errc;
using pappus::event;
using pappus::result;
using pappus::task;
using support::manual_loop;
using support::started;

namespace {

task<result<void>> wait_for(event& awaited) { co_return co_await awaited.wait(); }

task<void> note_after(event& awaited, std::vector<int>& into, int name) {
  const auto ended = co_await awaited.wait();
  into.push_back(ended ? name : -name);
}

}  // namespace

TEST_CASE("waiting for a set event completes at once") {
  manual_loop loop;
  event awaited;
  awaited.set();
  CHECK(awaited.is_set());
  started<result<void>> job{loop, wait_for(awaited)};
  CHECK(loop.drain() == 1);
  CHECK(job.take().has_value());
}

TEST_CASE("a set event completes a wait also under a stopped token") {
  manual_loop loop;
  event awaited;
  awaited.set();
  started<result<void>> job{loop, wait_for(awaited)};
  job.request_stop();
  loop.drain();
  CHECK(job.take().has_value());
}

TEST_CASE("under a stopped token a wait for an event that is not set is canceled at once") {
  manual_loop loop;
  event never;
  started<result<void>> job{loop, wait_for(never)};
  job.request_stop();
  CHECK(loop.drain() == 1);
  CHECK(job.take().error() == errc::canceled);
}

TEST_CASE("setting an event wakes all waiting coroutines, in the order of waiting") {
  manual_loop loop;
  event awaited;
  std::vector<int> woken;
  std::vector<int> expected;
  std::deque<started<void>> jobs;
  for (int name = 1; name <= 1000; ++name) {
    jobs.emplace_back(loop, note_after(awaited, woken, name));
    expected.push_back(name);
  }
  loop.drain();
  CHECK(woken.empty());
  awaited.set();
  CHECK(woken.empty());
  loop.drain();
  CHECK(woken == expected);
}

TEST_CASE("a coroutine woken before a reset stays woken; one that waits after the reset waits") {
  manual_loop loop;
  event awaited;
  started<result<void>> early{loop, wait_for(awaited)};
  loop.drain();
  awaited.set();
  awaited.reset();
  started<result<void>> late{loop, wait_for(awaited)};
  loop.drain();
  REQUIRE(early.ended());
  CHECK(early.take().has_value());
  CHECK_FALSE(late.ended());
  CHECK_FALSE(awaited.is_set());
}

TEST_CASE("a stop cancels only the wait under its token") {
  manual_loop loop;
  event awaited;
  std::vector<int> woken;
  std::deque<started<void>> jobs;
  for (int name = 1; name <= 5; ++name) jobs.emplace_back(loop, note_after(awaited, woken, name));
  loop.drain();
  jobs[2].request_stop();
  jobs[4].request_stop();
  jobs[0].request_stop();
  loop.drain();
  CHECK(woken == std::vector<int>{-3, -5, -1});
  awaited.set();
  loop.drain();
  CHECK(woken == std::vector<int>{-3, -5, -1, 2, 4});
}

TEST_CASE("of a set and a stop in the same turn the first one decides the result") {
  manual_loop loop;
  for (const bool set_first : {true, false}) {
    event awaited;
    started<result<void>> job{loop, wait_for(awaited)};
    loop.drain();
    if (set_first) awaited.set();
    job.request_stop();
    if (!set_first) awaited.set();
    loop.drain();
    REQUIRE(job.ended());
    CHECK(job.take().has_value() == set_first);
  }
}

TEST_CASE("destroying an event with waiting coroutines terminates the program" * doctest::skip(!support::can_fork)) {
  CHECK(support::terminates([] {
    manual_loop loop;
    std::optional<event> awaited{std::in_place};
    started<result<void>> job{loop, wait_for(*awaited)};
    loop.drain();
    awaited.reset();
  }));
}

}  // namespace event_test
