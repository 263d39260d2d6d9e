// Scopes: children, exceptions, stops and supervisors.
#include <exception>
#include <ostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/coro/event.hpp>
#include <pappus/coro/scope.hpp>
#include <pappus/coro/yield.hpp>

#include "support/death.hpp"
#include "support/manual_loop.hpp"

namespace scope_test {

using pappus::errc;
using pappus::event;
using pappus::failure;
using pappus::result;
using pappus::scope;
using pappus::task;
using pappus::with_scope;
using pappus::coro::yield;
using support::manual_loop;
using support::started;

namespace {

using journal = std::vector<std::string>;

/// Records how its wait ended.
task<void> note_end(event& awaited, journal& into, std::string name) {
  const auto ended = co_await awaited.wait();
  name += ' ';
  name += ended ? "done" : ended.error().message();
  into.push_back(std::move(name));
}

task<void> fail_after(int turns, std::string what) {
  for (int i = 0; i != turns; ++i) co_await yield();
  throw std::runtime_error{what};
}

task<result<void>> give_error_after(int turns, errc why) {
  for (int i = 0; i != turns; ++i) co_await yield();
  co_return failure{why};
}

}  // namespace

TEST_CASE("a scope ends when its body and all children have ended, and returns the result of the body") {
  manual_loop loop;
  event first;
  event second;
  journal done;
  struct state {
    event& first;
    event& second;
    journal& done;
  };
  state all{first, second, done};
  const auto body = [](scope& within, state* with) -> task<std::string> {
    within.spawn(note_end(with->first, with->done, "first"));
    within.spawn(note_end(with->second, with->done, "second"));
    with->done.push_back("body ends");
    co_return "given";
  };
  started<std::string> job{loop, with_scope(body, &all)};
  loop.drain();
  CHECK(done == journal{"body ends"});
  second.set();
  loop.drain();
  CHECK_FALSE(job.ended());
  first.set();
  loop.drain();
  REQUIRE(job.ended());
  CHECK(job.take() == "given");
  CHECK(done == journal{"body ends", "second done", "first done"});
}

TEST_CASE("a scope without children ends with its body") {
  manual_loop loop;
  CHECK(loop.run(with_scope([](scope& /*within*/, int given) -> task<int> { co_return given; }, 5)) == 5);
}

TEST_CASE("children start in the order of spawning, after the body has suspended or ended") {
  manual_loop loop;
  journal done;
  const auto note = [](journal* into, std::string text) -> task<void> {
    into->push_back(std::move(text));
    co_return;
  };
  const auto body = [](scope& within, journal* into, auto make) -> task<void> {
    within.spawn(make(into, "first"));
    within.spawn(make(into, "second"));
    into->push_back("body");
    CHECK(within.children() == 2);
    co_await yield();
    CHECK(within.children() == 0);
    within.spawn(make(into, "third"));
  };
  loop.run(with_scope(body, &done, note));
  CHECK(done == journal{"body", "first", "second", "third"});
}

TEST_CASE("a child may spawn siblings, also after the body has ended") {
  manual_loop loop;
  int born = 0;
  struct family {
    static task<void> grow(scope& within, int* counter, int further) {
      ++*counter;
      co_await yield();
      if (further == 0) co_return;
      within.spawn(grow(within, counter, further - 1));
      within.spawn(grow(within, counter, further - 1));
    }
    static task<void> begin(scope& within, int* counter) {
      within.spawn(grow(within, counter, 5));
      co_return;
    }
  };
  loop.run(with_scope(&family::begin, &born));
  CHECK(born == 63);
}

TEST_CASE("a scope waits for a child that is spawned when the last one has just ended") {
  manual_loop loop;
  event first;
  event second;
  journal done;
  scope* opened = nullptr;
  const auto body = [](scope& within, scope** open, event* awaited, journal* into) -> task<void> {
    *open = &within;
    within.spawn(note_end(*awaited, *into, "first"));
    co_return;
  };
  started<void> job{loop, with_scope(body, &opened, &first, &done)};
  loop.drain();
  first.set();
  loop.step();
  REQUIRE(opened->children() == 0);
  REQUIRE_FALSE(job.ended());
  opened->spawn(note_end(second, done, "second"));
  loop.drain();
  CHECK_FALSE(job.ended());
  second.set();
  loop.drain();
  CHECK(job.ended());
  CHECK(done == journal{"first done", "second done"});
}

TEST_CASE("an exception in a child stops its siblings and the body, and is rethrown when all have ended") {
  manual_loop loop;
  event never;
  journal done;
  const auto body = [](scope& within, event* awaited, journal* into) -> task<void> {
    within.spawn(note_end(*awaited, *into, "sibling"));
    within.spawn(fail_after(2, "child failed"));
    co_await note_end(*awaited, *into, "body");
  };
  CHECK_THROWS_WITH_AS(loop.run(with_scope(body, &never, &done)), "child failed", std::runtime_error);
  CHECK(done == journal{"body canceled", "sibling canceled"});
}

TEST_CASE("an exception in the body stops the children, and is rethrown when all have ended") {
  manual_loop loop;
  event never;
  journal done;
  const auto body = [](scope& within, event* awaited, journal* into) -> task<void> {
    within.spawn(note_end(*awaited, *into, "child"));
    co_await fail_after(1, "body failed");
  };
  CHECK_THROWS_WITH_AS(loop.run(with_scope(body, &never, &done)), "body failed", std::runtime_error);
  CHECK(done == journal{"child canceled"});
}

TEST_CASE("of several exceptions the first is rethrown") {
  manual_loop loop;
  const auto body = [](scope& within) -> task<void> {
    within.spawn(fail_after(3, "third"));
    within.spawn(fail_after(1, "first"));
    within.spawn(fail_after(2, "second"));
    co_await fail_after(4, "body");
  };
  CHECK_THROWS_WITH_AS(loop.run(with_scope(body)), "first", std::runtime_error);
}

TEST_CASE("an exception thrown before a body could become a task leaves the scope") {
  manual_loop loop;
  const auto body = [](scope& /*within*/) -> task<void> { throw std::logic_error{"no task"}; };
  const auto plain = [](scope& within, auto make) -> task<void> {
    throw std::runtime_error{"plain"};
    return make(within);
  };
  CHECK_THROWS_AS(loop.run(with_scope(plain, body)), std::runtime_error);
}

TEST_CASE("an error value of a child stops no other child") {
  manual_loop loop;
  event awaited;
  journal done;
  const auto body = [](scope& within, event* waited_for, journal* into) -> task<result<int>> {
    within.spawn(note_end(*waited_for, *into, "sibling"));
    within.spawn(give_error_after(0, errc::closed));
    co_return 1;
  };
  started<result<int>> job{loop, with_scope(body, &awaited, &done)};
  loop.drain();
  CHECK_FALSE(job.ended());
  awaited.set();
  loop.drain();
  REQUIRE(job.ended());
  CHECK(job.take().value() == 1);
  CHECK(done == journal{"sibling done"});
}

TEST_CASE("a stop from outside reaches the body, the children and nested scopes") {
  manual_loop loop;
  event never;
  journal done;
  const auto inner = [](scope& within, event* awaited, journal* into) -> task<void> {
    within.spawn(note_end(*awaited, *into, "grandchild"));
    co_await note_end(*awaited, *into, "inner body");
  };
  const auto outer = [](scope& within, event* awaited, journal* into, auto inside) -> task<void> {
    within.spawn(with_scope(inside, awaited, into));
    co_await note_end(*awaited, *into, "outer body");
  };
  started<void> job{loop, with_scope(outer, &never, &done, inner)};
  loop.drain();
  job.request_stop();
  loop.drain();
  CHECK(job.ended());
  CHECK(done == journal{"outer body canceled", "inner body canceled", "grandchild canceled"});
}

TEST_CASE("stopping a scope does not stop the scope around it") {
  manual_loop loop;
  event awaited;
  journal done;
  const auto inner = [](scope& within, event* waited_for, journal* into) -> task<void> {
    within.spawn(note_end(*waited_for, *into, "inner"));
    co_await yield();
    within.request_stop();
  };
  const auto outer = [](scope& within, event* waited_for, journal* into, auto inside) -> task<void> {
    within.spawn(note_end(*waited_for, *into, "outer"));
    co_await with_scope(inside, waited_for, into);
    into->push_back("inner scope over");
    waited_for->set();
  };
  loop.run(with_scope(outer, &awaited, &done, inner));
  CHECK(done == journal{"inner canceled", "inner scope over", "outer done"});
}

TEST_CASE("an exception in an inner scope stops the outer one") {
  manual_loop loop;
  event never;
  journal done;
  const auto inner = [](scope& within) -> task<void> {
    within.spawn(fail_after(1, "inner"));
    co_return;
  };
  const auto outer = [](scope& within, event* awaited, journal* into, auto inside) -> task<void> {
    within.spawn(note_end(*awaited, *into, "outer"));
    within.spawn(with_scope(inside));
    co_return;
  };
  CHECK_THROWS_WITH_AS(loop.run(with_scope(outer, &never, &done, inner)), "inner", std::runtime_error);
  CHECK(done == journal{"outer canceled"});
}

TEST_CASE("a child spawned after a stop is canceled at its first wait") {
  manual_loop loop;
  event never;
  journal done;
  const auto body = [](scope& within, event* awaited, journal* into) -> task<void> {
    within.request_stop();
    within.spawn(note_end(*awaited, *into, "late child"));
    co_return;
  };
  loop.run(with_scope(body, &never, &done));
  CHECK(done == journal{"late child canceled"});
}

TEST_CASE("a scope opened under a stopped token is stopped") {
  manual_loop loop;
  loop.stop().request_stop();
  event never;
  journal done;
  const auto body = [](scope& within, event* awaited, journal* into) -> task<void> {
    CHECK(within.token().stop_requested());
    co_await note_end(*awaited, *into, "body");
  };
  loop.run(with_scope(body, &never, &done));
  CHECK(done == journal{"body canceled"});
}

TEST_CASE("destroying a scope with live children terminates the program" * doctest::skip(!support::can_fork)) {
  CHECK(support::terminates([] {
    manual_loop loop;
    event never;
    journal done;
    const pappus::coro::context here{&loop, loop.stop().token()};
    scope opened{here, false};
    opened.spawn(note_end(never, done, "child"));
  }));
}

namespace {

/// Records the exceptions of children, and stops the scope after `many`.
class recording_supervisor final : public pappus::coro::supervisor {
public:
  explicit recording_supervisor(std::size_t many) : many_(many) {}

  void task_failed(std::exception_ptr thrown) noexcept override {
    try {
      std::rethrow_exception(std::move(thrown));
    } catch (const std::exception& why) {
      heard.push_back(why.what());
    }
    if (heard.size() == many_) watched->request_stop();
  }

  journal heard;
  scope* watched = nullptr;

private:
  std::size_t many_;
};

}  // namespace

TEST_CASE("exceptions of children go to the supervisor; the other children go on until it stops them") {
  manual_loop loop;
  event never;
  journal done;
  recording_supervisor over{2};
  const auto body = [](scope& within, recording_supervisor* by, event* awaited, journal* into) -> task<int> {
    by->watched = &within;
    within.spawn(note_end(*awaited, *into, "sibling"));
    within.spawn(fail_after(1, "first"));
    within.spawn(fail_after(3, "second"));
    co_return 7;
  };
  CHECK(loop.run(with_scope(pappus::coro::supervised_by{over}, body, &over, &never, &done)) == 7);
  CHECK(over.heard == journal{"first", "second"});
  CHECK(done == journal{"sibling canceled"});
}

TEST_CASE("an exception of the body stops a supervised scope, too") {
  manual_loop loop;
  event never;
  journal done;
  recording_supervisor over{9};
  const auto body = [](scope& within, event* awaited, journal* into) -> task<void> {
    within.spawn(note_end(*awaited, *into, "child"));
    throw std::runtime_error{"body"};
    co_return;
  };
  CHECK_THROWS_AS(loop.run(with_scope(pappus::coro::supervised_by{over}, body, &never, &done)), std::runtime_error);
  CHECK(over.heard.empty());
  CHECK(done == journal{"child canceled"});
}

}  // namespace scope_test
