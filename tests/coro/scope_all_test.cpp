// Scopes that stop at the first error (fail_fast).
#include <ostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/coro/event.hpp>
#include <pappus/coro/scope.hpp>
#include <pappus/coro/yield.hpp>

#include "support/manual_loop.hpp"

namespace scope_all_test {

using pappus::errc;
using pappus::event;
using pappus::failure;
using pappus::result;
using pappus::scope;
using pappus::task;
using pappus::with_scope;
using pappus::coro::yield;
using support::manual_loop;

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

task<result<void>> wait_for(event& awaited) { co_return co_await awaited.wait(); }

}  // namespace

TEST_CASE("under fail_fast the first error of a child stops all others and is the result of the scope") {
  manual_loop loop;
  event never;
  journal done;
  const auto body = [](scope& within, event* awaited, journal* into) -> task<result<int>> {
    within.spawn(note_end(*awaited, *into, "sibling"));
    within.spawn(give_error_after(2, errc::poisoned));
    within.spawn(give_error_after(1, errc::closed));
    within.spawn(wait_for(*awaited));
    co_await note_end(*awaited, *into, "body");
    co_return 1;
  };
  const result<int> given = loop.run(with_scope(pappus::coro::fail_fast, body, &never, &done));
  CHECK(given.error() == errc::closed);
  CHECK(done == journal{"body canceled", "sibling canceled"});
}

TEST_CASE("under fail_fast an error of the body stops the children and is the result of the scope") {
  manual_loop loop;
  event never;
  const auto body = [](scope& within, event* awaited) -> task<result<void>> {
    within.spawn(wait_for(*awaited));
    co_return failure{errc::closed};
  };
  const result<void> given = loop.run(with_scope(pappus::coro::fail_fast, body, &never));
  CHECK(given.error() == errc::closed);
}

TEST_CASE("under fail_fast nothing is stopped while every task succeeds") {
  manual_loop loop;
  event awaited;
  const auto body = [](scope& within, event* waited_for) -> task<result<int>> {
    within.spawn(wait_for(*waited_for));
    co_await yield();
    waited_for->set();
    CHECK_FALSE(within.token().stop_requested());
    co_return 1;
  };
  CHECK(loop.run(with_scope(pappus::coro::fail_fast, body, &awaited)).value() == 1);
}

TEST_CASE("under fail_fast an exception takes precedence over an error") {
  manual_loop loop;
  const auto body = [](scope& within) -> task<result<void>> {
    within.spawn(give_error_after(0, errc::closed));
    within.spawn(fail_after(2, "thrown"));
    co_return result<void>{};
  };
  CHECK_THROWS_WITH_AS(static_cast<void>(loop.run(with_scope(pappus::coro::fail_fast, body))), "thrown",
                       std::runtime_error);
}

}  // namespace scope_all_test
