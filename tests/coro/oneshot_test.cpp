// A oneshot: a callback whose first value resumes a coroutine.
#include <functional>
#include <memory>
#include <utility>

#include <doctest/doctest.h>

#include <pappus/coro/oneshot.hpp>

#include "support/manual_loop.hpp"

namespace oneshot_test {

using pappus::errc;
using pappus::oneshot;
using pappus::task;
using support::manual_loop;
using support::started;

namespace {

using answer = std::unique_ptr<int>;  // move-only

/// Waits for a value whose callback is given to `given`; returns the value, or -1 if the wait was stopped.
task<int> wait_for_value(std::function<void(answer)>* given) {
  oneshot<answer> value;
  *given = [value](answer got) { value(std::move(got)); };
  const auto there = co_await value.wait();
  if (!there) {
    CHECK(there.error() == make_error_code(errc::canceled));
    co_return -1;
  }
  co_return **value;
}

}  // namespace

TEST_CASE("a coroutine gets the first value that the callback is called with") {
  manual_loop loop;
  std::function<void(answer)> callback;
  started<int> job{loop, wait_for_value(&callback)};
  loop.drain();
  CHECK_FALSE(job.ended());
  callback(std::make_unique<int>(7));
  callback(std::make_unique<int>(8));
  loop.drain();
  CHECK(job.take() == 7);
}

TEST_CASE("a wait for a value that is there already completes at once") {
  manual_loop loop;
  const oneshot<int> value;
  value(3);
  auto wait = [](oneshot<int> awaited) -> task<int> {
    const auto there = co_await awaited.wait();
    CHECK(there.has_value());
    co_return *awaited;
  };
  CHECK(loop.run(wait(value)) == 3);
}

TEST_CASE("a callback may outlive the coroutine that stopped waiting") {
  manual_loop loop;
  std::function<void(answer)> callback;
  {
    started<int> job{loop, wait_for_value(&callback)};
    loop.drain();
    job.request_stop();
    loop.drain();
    CHECK(job.take() == -1);
  }
  callback(std::make_unique<int>(7));
}

}  // namespace oneshot_test
