// Lifetimes around a scope: what its children may refer to, and how a trace build reports a violation.
#include <array>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <support/death.hpp>

#include <pappus/coro/event.hpp>
#include <pappus/coro/live_coroutines.hpp>
#include <pappus/coro/scope.hpp>
#include <pappus/coro/when_all.hpp>
#include <pappus/coro/yield.hpp>
#include <pappus/result.hpp>

#include "support/manual_loop.hpp"
#include "support/tracked.hpp"

namespace scope_lifetimes_test {

using pappus::errc;
using pappus::event;
using pappus::failure;
using pappus::result;
using pappus::scope;
using pappus::task;
using pappus::with_scope;
using pappus::coro::yield;
using support::manual_loop;
using support::tracked;
using support::words_of_death;

namespace {

constexpr bool can_tell = pappus::coro::tracing && support::can_fork;

task<void> add_later(int* to) {
  co_await yield();
  co_await yield();
  ++*to;
}

task<result<void>> fail_later() {
  co_await yield();
  co_return failure{errc::closed};
}

task<void> look_later(const tracked* at, int* seen) {
  for (int i = 0; i != 3; ++i) co_await yield();
  *seen += at->value();
}

task<void> use_pointer(int* used) {
  co_await yield();
  ++*used;
}
task<void> use_reference(const std::string& used) {
  co_await yield();
  CHECK(used.size() == 5);
}
task<void> use_view(std::span<const int> used) {
  co_await yield();
  CHECK(used.size() == 3);
}
task<result<void>> use_and_fail(int* used) {
  co_await use_pointer(used);
  co_return failure{errc::closed};
}
task<void> use_by_task(task<void> other) { co_await std::move(other); }

std::string words(const char* function) {
  return std::string{"pappus: scope: its body has ended, but "} + function + " (line ";
}

/// The output of a program whose body spawns `child(local)`, awaits an operation, and ends.
template <class Local, class Child>
std::string words_of(Local value, Child child) {
  return words_of_death([&] {
    manual_loop loop;
    const auto body = [](scope& children, Local local, Child make) -> task<void> {
      Local own = std::move(local);
      children.spawn(make(own));
      co_await yield();  // Clang keeps on the stack what is not used across an await
    };
    loop.run(with_scope(body, std::move(value), child));
  });
}

}  // namespace

TEST_CASE("the body of a scope may be a plain function that refers to locals of the awaiting coroutine") {
  manual_loop loop;
  const auto count = []() -> task<int> {
    std::array<int, 3> counts{};
    co_await with_scope([&](scope& children) {
      for (int& each : counts) children.spawn(add_later(&each));
    });
    co_return counts[0] + counts[1] + counts[2];
  };
  CHECK(loop.run(count()) == 3);
}

TEST_CASE("an exception of a plain body stops the spawned children and is rethrown") {
  manual_loop loop;
  bool canceled = false;
  event never;
  const auto wait = [](event* awaited, bool* into) -> task<void> {
    const auto ended = co_await awaited->wait();
    *into = !ended;
  };
  const auto body = [](scope& children, event* awaited, bool* into, auto child) {
    children.spawn(child(awaited, into));
    throw std::runtime_error{"thrown"};
  };
  CHECK_THROWS_AS(loop.run(with_scope(body, &never, &canceled, wait)), std::runtime_error);
  CHECK(canceled);
}

TEST_CASE("a scope of a plain body with fail_fast returns the first error of a child, or success") {
  manual_loop loop;
  int added = 0;
  const auto fails = [](scope& children) { children.spawn(fail_later()); };
  const result<void> failed = loop.run(with_scope(pappus::coro::fail_fast, fails));
  REQUIRE_FALSE(failed);
  CHECK(failed.error() == make_error_code(errc::closed));
  const auto adds = [](scope& children, int* to) { children.spawn(add_later(to)); };
  CHECK(loop.run(with_scope(pappus::coro::fail_fast, adds, &added)));
  CHECK(added == 1);
}

TEST_CASE("the parameters of a body live until the last child has ended") {
  manual_loop loop;
  int seen = 0;
  const auto body = [](scope& children, tracked given, int* into) -> task<void> {
    children.spawn(look_later(&given, into));
    co_return;
  };
  tracked given{7};
  loop.run(with_scope(body, std::move(given), &seen));
  CHECK(seen == 7);
}

TEST_CASE("the captures of a body that is a coroutine live until the last child has ended") {
  manual_loop loop;
  const auto look = []() -> task<int> {
    int seen = 0;
    const tracked kept{8};
    co_await with_scope([&](scope& children) -> task<void> {
      co_await yield();
      children.spawn(look_later(&kept, &seen));
    });
    co_return seen;
  };
  CHECK(loop.run(look()) == 8);
}

TEST_CASE("the locals of a body that joins its children live until the children have ended") {
  manual_loop loop;
  const auto body = [](scope& children) -> task<int> {
    int seen = 0;
    const tracked local{9};
    children.spawn(look_later(&local, &seen));
    co_await children.join();
    const int first = seen;
    co_await children.join();  // nothing is left to wait for
    children.spawn(look_later(&local, &seen));
    co_await children.join();
    co_return first + seen;
  };
  CHECK(loop.run(with_scope(body)) == 27);
}

TEST_CASE("a join waits for the children also after a stop and after an exception") {
  manual_loop loop;
  event never;
  std::vector<std::string> ended;
  const auto child = [](event* awaited, std::vector<std::string>* into) -> task<void> {
    const auto waited = co_await awaited->wait();
    co_await yield();
    into->push_back(waited ? "set" : "canceled");
  };
  const auto body = [](scope& children, event* awaited, std::vector<std::string>* into, auto make) -> task<void> {
    children.spawn(make(awaited, into));
    children.spawn([]() -> task<void> {
      co_await yield();
      throw std::runtime_error{"thrown"};
    }());
    co_await children.join();
    into->push_back("joined");
  };
  CHECK_THROWS_AS(loop.run(with_scope(body, &never, &ended, child)), std::runtime_error);
  CHECK(ended == std::vector<std::string>{"canceled", "joined"});
}

TEST_CASE("a child that joins its siblings is reported" * doctest::skip(!support::can_fork)) {
  const std::string output = words_of_death([] {
    manual_loop loop;
    const auto body = [](scope& children) -> task<void> {
      children.spawn([](scope* own) -> task<void> { co_await own->join(); }(&children));
      co_return;
    };
    loop.run(with_scope(body));
  });
  CHECK(output == "pappus: scope::join: awaited by two coroutines; only the body may await it\n");
}

TEST_CASE("a child that uses a local of a body that has ended is reported by name" * doctest::skip(!can_tell)) {
  const std::string output = words_of(1, [](int& local) { return use_pointer(&local); });
  CHECK(output.find(words("use_pointer")) == 0);
  CHECK(output.find("await join() before") != std::string::npos);
  CHECK(words_of(std::string{"local"}, [](std::string& local) {
          return use_reference(local);
        }).find(words("use_reference")) == 0);
  CHECK(words_of(std::array{1, 2, 3}, [](auto& local) { return use_view(local); }).find(words("use_view")) == 0);
}

TEST_CASE("a child that uses such a local through a task, or that returns a result, is reported by name" *
          doctest::skip(!can_tell)) {
  CHECK(words_of(1, [](int& local) { return use_by_task(use_pointer(&local)); }).find("pappus: scope: its body has ") ==
        0);
  CHECK(words_of(1, [](int& local) { return use_and_fail(&local); }).find("pappus: scope: its body has ended") == 0);
  CHECK(words_of(1, [](int& local) {
          return with_scope([](scope& inner, int* used) { inner.spawn(use_pointer(used)); }, &local);
        }).find("pappus: scope: its body has ended") == 0);
}

TEST_CASE("a body that throws while a child uses its local is reported, too" * doctest::skip(!can_tell)) {
  const std::string output = words_of_death([] {
    manual_loop loop;
    const auto body = [](scope& children) -> task<void> {
      int local = 0;
      children.spawn(use_pointer(&local));
      co_await yield();
      throw std::runtime_error{"thrown"};
    };
    loop.run(with_scope(body));
  });
  CHECK(output.find(words("use_pointer")) == 0);
}

TEST_CASE("children that refer to objects that outlive them are not reported") {
  manual_loop loop;
  int outside = 0;
  const auto body = [](scope& children, std::string text, std::vector<int> numbers, int* out) -> task<void> {
    const auto without_state = [](int* to) -> task<void> { co_await add_later(to); };
    children.spawn(use_reference(text));
    children.spawn(use_view(numbers));
    children.spawn(use_pointer(out));
    children.spawn(without_state(out));
    co_return;
  };
  loop.run(with_scope(body, std::string{"whole"}, std::vector{1, 2, 3}, &outside));
  CHECK(outside == 2);
}

}  // namespace scope_lifetimes_test
