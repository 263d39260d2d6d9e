// Tasks: results, exceptions, lifetimes and stop tokens.
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/coro/event.hpp>
#include <pappus/coro/scope.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/coro/yield.hpp>

#include "support/death.hpp"
#include "support/manual_loop.hpp"

namespace task_test {

using pappus::event;
using pappus::result;
using pappus::task;
using pappus::coro::yield;
using support::manual_loop;
using support::started;

namespace {

using journal = std::vector<std::string>;

/// Records its destruction.
class noted {
public:
  noted(journal& into, std::string name) : into_(&into), name_(std::move(name)) {}
  noted(noted&& other) noexcept : into_(std::exchange(other.into_, nullptr)), name_(std::move(other.name_)) {}
  noted& operator=(noted&&) = delete;
  ~noted() {
    if (into_ != nullptr) into_->push_back(name_);
  }

private:
  journal* into_;
  std::string name_;
};

task<void> write(journal& into, std::string text) {
  into.push_back(std::move(text));
  co_return;
}

task<int> fail_at_once(bool really) {
  if (really) throw std::runtime_error{"at once"};
  co_return 1;
}

task<int> fail_later() {
  co_await yield();
  throw std::runtime_error{"later"};
}

task<result<void>> wait_for(event& awaited) { co_return co_await awaited.wait(); }

task<int> depth_of(int further) {
  if (further == 0) {
    co_await yield();
    co_return 0;
  }
  const int below = co_await depth_of(further - 1);
  co_return below + 1;
}

}  // namespace

TEST_CASE("a task is move-only") {
  static_assert(std::is_nothrow_move_constructible_v<task<int>>);
  static_assert(std::is_nothrow_move_assignable_v<task<int>>);
  static_assert(!std::is_copy_constructible_v<task<int>>);
  static_assert(!std::is_copy_assignable_v<task<int>>);

  manual_loop loop;
  journal done;
  task<void> first = write(done, "first");
  task<void> moved = std::move(first);
  loop.run(std::move(moved));
  CHECK(done == journal{"first"});
}

TEST_CASE("a task does not start before it is awaited") {
  manual_loop loop;
  journal done;
  const auto main = [](journal& into) -> task<void> {
    task<void> child = write(into, "child");
    into.push_back("parent");
    co_await std::move(child);
  };
  loop.run(main(done));
  CHECK(done == journal{"parent", "child"});
}

TEST_CASE("a task that is never awaited destroys its parameters and does not run") {
  journal done;
  const auto body = [](noted /*parameter*/, journal& into) -> task<void> {
    into.push_back("ran");
    co_return;
  };
  {
    task<void> dropped = body(noted{done, "parameter gone"}, done);
    task<void> replaced = body(noted{done, "parameter gone"}, done);
    replaced = std::move(dropped);
  }
  CHECK(done == journal{"parameter gone", "parameter gone"});
}

TEST_CASE("a task returns its value to its awaiter, also a move-only one") {
  manual_loop loop;
  const auto child = [](bool suspends) -> task<std::unique_ptr<int>> {
    if (suspends) co_await yield();
    co_return std::make_unique<int>(7);
  };
  CHECK(*loop.run(child(false)) == 7);
  CHECK(*loop.run(child(true)) == 7);
}

TEST_CASE("an exception that leaves a task is rethrown to its awaiter") {
  manual_loop loop;
  CHECK_THROWS_WITH_AS(loop.run(fail_at_once(true)), "at once", std::runtime_error);
  CHECK_THROWS_WITH_AS(loop.run(fail_later()), "later", std::runtime_error);
}

TEST_CASE("an awaiter that catches an exception of its child goes on") {
  manual_loop loop;
  const auto main = [](journal& into) -> task<int> {
    try {
      static_cast<void>(co_await fail_at_once(true));
    } catch (const std::runtime_error& thrown) {
      into.push_back(thrown.what());
    }
    try {
      static_cast<void>(co_await fail_later());
    } catch (const std::runtime_error& thrown) {
      into.push_back(thrown.what());
    }
    const int given = co_await fail_at_once(false);
    co_return given;
  };
  journal done;
  CHECK(loop.run(main(done)) == 1);
  CHECK(done == journal{"at once", "later"});
}

TEST_CASE("locals of a child are destroyed before its awaiter goes on, its parameters with the awaiting expression") {
  manual_loop loop;
  const auto child = [](noted /*parameter*/, journal& into, bool suspends) -> task<void> {
    const noted local{into, "local gone"};
    if (suspends) co_await yield();
    into.push_back("child ends");
  };
  const auto main = [](auto start_child, journal& into, bool suspends) -> task<void> {
    noted parameter{into, "parameter gone"};
    co_await start_child(std::move(parameter), into, suspends);
    into.push_back("parent goes on");
  };
  for (const bool suspends : {false, true}) {
    journal done;
    loop.run(main(child, done, suspends));
    CHECK(done == journal{"child ends", "local gone", "parameter gone", "parent goes on"});
  }
}

TEST_CASE("a task runs with the queue and the stop token of its awaiter, wherever it was made") {
  manual_loop loop;
  const auto context_of = []() -> task<pappus::coro::context> {
    co_await yield();
    pappus::coro::current_context here;
    co_return co_await here;
  };
  task<pappus::coro::context> made_outside = context_of();
  pappus::coro::stop_source awaiters;
  started<pappus::coro::context> job{loop, std::move(made_outside), awaiters.token()};
  loop.drain();
  const pappus::coro::context seen = job.take();
  CHECK(seen.ready == &loop);
  CHECK_FALSE(seen.stop.stop_requested());
  awaiters.request_stop();
  CHECK(seen.stop.stop_requested());
}

TEST_CASE("a task awaited with another token is stopped by that token only") {
  manual_loop loop;
  event never;
  pappus::coro::stop_source other;
  const auto main = [](event& awaited, pappus::coro::stop_token token) -> task<result<void>> {
    co_return co_await wait_for(awaited).with_stop_token(token);
  };
  started<result<void>> job{loop, main(never, other.token())};
  loop.drain();
  job.request_stop();
  loop.drain();
  CHECK_FALSE(job.ended());
  other.request_stop();
  loop.drain();
  REQUIRE(job.ended());
  CHECK(job.take().error() == pappus::errc::canceled);
}

TEST_CASE("a task awaited with the empty token is not stopped") {
  manual_loop loop;
  event awaited;
  const auto main = [](event& waited_for) -> task<result<void>> {
    co_return co_await wait_for(waited_for).with_stop_token(pappus::coro::stop_token{});
  };
  started<result<void>> job{loop, main(awaited)};
  loop.drain();
  job.request_stop();
  loop.drain();
  CHECK_FALSE(job.ended());
  awaited.set();
  loop.drain();
  REQUIRE(job.ended());
  CHECK(job.take().has_value());
}

TEST_CASE("after a child the awaiter has its own context again") {
  manual_loop loop;
  event awaited;
  const auto main = [](event& waited_for) -> task<result<void>> {
    waited_for.set();
    static_cast<void>(co_await wait_for(waited_for).with_stop_token(pappus::coro::stop_token{}));
    waited_for.reset();
    co_return co_await wait_for(waited_for);
  };
  started<result<void>> job{loop, main(awaited)};
  loop.drain();
  job.request_stop();
  loop.drain();
  REQUIRE(job.ended());
  CHECK(job.take().error() == pappus::errc::canceled);
}

TEST_CASE("a coroutine that has changed its stop token is stopped by the new one only, its awaiter by the old one") {
  manual_loop loop;
  event never;
  pappus::coro::stop_source other;
  int canceled = 0;
  const auto child = [](event& awaited, pappus::coro::stop_token token, int& count) -> task<void> {
    co_await pappus::coro::change_stop_token{token};
    if (!co_await wait_for(awaited)) ++count;
  };
  const auto main = [&child](event& awaited, pappus::coro::stop_token token, int& count) -> task<result<void>> {
    co_await child(awaited, token, count);
    co_return co_await awaited.wait();
  };
  started<result<void>> job{loop, main(never, other.token(), canceled)};
  loop.drain();
  job.request_stop();
  loop.drain();
  CHECK(canceled == 0);
  other.request_stop();
  loop.drain();
  CHECK(canceled == 1);
  REQUIRE(job.ended());
  CHECK(job.take().error() == pappus::errc::canceled);
}

TEST_CASE("a thousand nested tasks return after the innermost has waited") {
  manual_loop loop;
  CHECK(loop.run(depth_of(1000)) == 1000);
}

TEST_CASE("the loop reports a run that is stuck, and destroys its coroutines") {
  manual_loop loop;
  event never;
  CHECK_THROWS_AS(static_cast<void>(loop.run(wait_for(never))), support::stuck);
  CHECK(pappus::coro::live_coroutines().empty());
}

TEST_CASE("destroying a task that waits in an operation terminates the program" * doctest::skip(!support::can_fork)) {
  CHECK(support::terminates([] {
    manual_loop loop;
    event never;
    std::optional<task<result<void>>> kept{wait_for(never)};
    const auto main = [](task<result<void>>& awaited) -> task<result<void>> { co_return co_await std::move(awaited); };
    started<result<void>> job{loop, main(*kept)};
    loop.drain();
    kept.reset();
  }));
}

}  // namespace task_test
