// Semaphores and their permits.
#include <algorithm>
#include <deque>
#include <optional>
#include <ostream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/coro/event.hpp>
#include <pappus/coro/scope.hpp>
#include <pappus/coro/semaphore.hpp>
#include <pappus/coro/yield.hpp>

#include "support/death.hpp"
#include "support/manual_loop.hpp"

namespace semaphore_test {

using pappus::errc;
using pappus::event;
using pappus::result;
using pappus::semaphore;
using pappus::task;
using support::manual_loop;
using support::started;
using support::words_of_death;

namespace {

task<result<semaphore::permit>> acquire(semaphore& from) { co_return co_await from.acquire(); }

/// Records its name when it has a permit, and holds the permit until the event is set; records the negative name if it
/// was stopped.
task<void> hold(semaphore& from, event& until, std::vector<int>& order, int name) {
  const auto held = co_await from.acquire();
  order.push_back(held ? name : -name);
  if (held) static_cast<void>(co_await until.wait());
}

struct permit_counts {
  std::size_t inside = 0;
  std::size_t max_inside = 0;
  std::size_t passed = 0;
};

task<void> pass(semaphore& gate, permit_counts& counts) {
  const auto held = co_await gate.acquire();
  REQUIRE(held);
  counts.max_inside = std::max(counts.max_inside, ++counts.inside);
  for (int i = 0; i != 3; ++i) co_await pappus::coro::yield();
  --counts.inside;
  ++counts.passed;
}

}  // namespace

TEST_CASE("a semaphore gives its permits without waiting, and each permit is returned once") {
  manual_loop loop;
  semaphore two{2};
  CHECK(two.available() == 2);
  {
    const auto first = loop.run(acquire(two));
    REQUIRE(first);
    auto second = two.try_acquire();
    REQUIRE(second);
    CHECK(two.available() == 0);
    CHECK_FALSE(two.try_acquire());
    second->release();
    CHECK(two.available() == 1);
    second->release();
    second.reset();
    CHECK(two.available() == 1);
  }
  CHECK(two.available() == 2);
}

TEST_CASE("a permit is move-only; one that is assigned over is returned") {
  CHECK_FALSE(std::is_copy_constructible_v<semaphore::permit>);
  semaphore two{2};
  auto first = two.try_acquire();
  auto second = two.try_acquire();
  REQUIRE(first);
  REQUIRE(second);
  semaphore::permit moved{*std::move(first)};
  first.reset();
  CHECK(two.available() == 0);
  moved = *std::move(second);
  CHECK(two.available() == 1);
  second.reset();
  CHECK(two.available() == 1);
  moved.release();
  CHECK(two.available() == 2);
}

TEST_CASE("waiting coroutines get permits in the order of waiting, and no coroutine overtakes them") {
  manual_loop loop;
  semaphore one{1};
  event until;
  std::vector<int> order;
  auto permit = one.try_acquire();
  std::deque<started<void>> jobs;
  for (int name = 1; name <= 3; ++name) jobs.emplace_back(loop, hold(one, until, order, name));
  loop.drain();
  CHECK(order.empty());
  permit.reset();
  CHECK(one.available() == 0);  // it belongs to the first waiter, which has not run yet
  CHECK_FALSE(one.try_acquire());
  jobs.emplace_back(loop, hold(one, until, order, 4));
  loop.drain();
  CHECK(order == std::vector<int>{1});
  until.set();
  loop.drain();
  CHECK(order == std::vector<int>{1, 2, 3, 4});
  CHECK(one.available() == 1);
}

TEST_CASE("no more coroutines hold permits at a time than there are permits, and all get one") {
  manual_loop loop;
  semaphore gate{3};
  permit_counts counts;
  auto crowd = [](pappus::scope& all, semaphore* at, permit_counts* into) -> task<void> {
    for (int i = 0; i != 100; ++i) all.spawn(pass(*at, *into));
    co_return;
  };
  loop.run(pappus::with_scope(crowd, &gate, &counts));
  CHECK(counts.max_inside == 3);
  CHECK(counts.passed == 100);
  CHECK(gate.available() == 3);
}

TEST_CASE("a stop cancels only the wait under its token, and the others keep their order") {
  manual_loop loop;
  semaphore one{1};
  event until;
  std::vector<int> order;
  auto permit = one.try_acquire();
  std::deque<started<void>> jobs;
  for (int name = 1; name <= 4; ++name) jobs.emplace_back(loop, hold(one, until, order, name));
  loop.drain();
  jobs[0].request_stop();
  jobs[2].request_stop();
  loop.drain();
  CHECK(order == std::vector<int>{-1, -3});
  until.set();
  permit.reset();
  loop.drain();
  CHECK(order == std::vector<int>{-1, -3, 2, 4});
  CHECK(one.available() == 1);
}

TEST_CASE("of a permit and a stop in the same turn the first one decides, and no permit is lost") {
  manual_loop loop;
  for (const bool permit_first : {true, false}) {
    semaphore one{1};
    auto permit = one.try_acquire();
    {
      started<result<semaphore::permit>> job{loop, acquire(one)};
      loop.drain();
      if (permit_first) permit.reset();
      job.request_stop();
      permit.reset();
      loop.drain();
      REQUIRE(job.ended());
      const auto given = job.take();
      CHECK(given.has_value() == permit_first);
      if (!given) CHECK(given.error() == errc::canceled);
    }
    CHECK(one.available() == 1);
  }
}

TEST_CASE("under a stopped token a free permit is given; a wait for one is canceled at once") {
  manual_loop loop;
  semaphore one{1};
  {
    started<result<semaphore::permit>> job{loop, acquire(one)};
    job.request_stop();
    loop.drain();
    const auto given = job.take();
    CHECK(given);
    started<result<semaphore::permit>> second{loop, acquire(one)};
    second.request_stop();
    CHECK(loop.drain() == 1);
    CHECK(second.take().error() == errc::canceled);
  }
  CHECK(one.available() == 1);
}

TEST_CASE("a semaphore with no permits gives none") {
  manual_loop loop;
  semaphore none{0};
  CHECK_FALSE(none.try_acquire());
  started<result<semaphore::permit>> job{loop, acquire(none)};
  loop.drain();
  CHECK_FALSE(job.ended());
}

TEST_CASE("destroying a semaphore before its permits or its waiters terminates the program" *
          doctest::skip(!support::can_fork)) {
  const std::string of_permits = words_of_death([] {
    std::optional<semaphore> one{1};
    const auto permit = one->try_acquire();
    one.reset();
  });
  CHECK(of_permits == "pappus: semaphore: destroyed before all of its permits have been returned\n");
  const std::string of_waiters = words_of_death([] {
    manual_loop loop;
    std::optional<semaphore> none{0};
    started<result<semaphore::permit>> job{loop, acquire(*none)};
    loop.drain();
    none.reset();
  });
  CHECK(of_waiters == "pappus: semaphore: destroyed while coroutines wait for a permit\n");
}

}  // namespace semaphore_test
