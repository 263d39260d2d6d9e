// Compiler faults: temporaries in awaiting expressions, which g++ 12 copies bitwise and destroys twice. Each test
// checks the shapes that this library uses; faulty shapes are only reported.
#include <coroutine>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/coro/channel.hpp>
#include <pappus/coro/scope.hpp>
#include <pappus/coro/when_all.hpp>
#include <pappus/coro/when_any.hpp>
#include <pappus/coro/yield.hpp>

#include "support/manual_loop.hpp"
#include "support/tracked.hpp"

namespace compiler_canary_test {

using pappus::channel;
using pappus::result;
using pappus::task;
using support::manual_loop;
using support::tracked;

namespace {

struct aggregate {
  tracked first;
  tracked second;
};

/// The same with a constructor, as the library's own types have.
struct parameters {
  parameters(tracked with_first, tracked with_second) : first(std::move(with_first)), second(std::move(with_second)) {}
  tracked first;
  tracked second;
};

task<tracked> make(int value) {
  co_await pappus::coro::yield();
  co_return tracked{value};
}

task<int> read(tracked given) {
  co_await pappus::coro::yield();
  co_return given.value();
}

task<int> read_both(parameters given) {
  co_await pappus::coro::yield();
  co_return given.first.value() + given.second.value();
}

task<int> read_aggregate(aggregate given) {
  co_await pappus::coro::yield();
  co_return given.first.value() + given.second.value();
}

template <class Function>
task<int> call(Function function) {
  co_await pappus::coro::yield();
  co_return function();
}

task<result<tracked>> make_or_fail(int value) {
  co_await pappus::coro::yield();
  if (value < 0) co_return pappus::failure{pappus::errc::closed};
  co_return tracked{value};
}

/// Runs a shape; returns how often an object was destroyed more or less than once.
template <class Value>
std::size_t faults_of(task<Value> shape) {
  manual_loop loop;
  static_cast<void>(loop.run(std::move(shape)));
  return tracked::faults_and_leaks();
}

task<int> lambda_prvalue() {
  co_return co_await call([held = tracked{1}] { return held.value(); });
}
task<int> lambda_named() {
  auto function = [held = tracked{1}] { return held.value(); };
  co_return co_await call(std::move(function));
}

task<int> aggregate_prvalue() { co_return co_await read_aggregate(aggregate{tracked{1}, tracked{2}}); }
task<int> aggregate_named() {
  aggregate given{tracked{1}, tracked{2}};
  co_return co_await read_aggregate(std::move(given));
}
task<int> constructed_prvalue() { co_return co_await read_both(parameters{tracked{1}, tracked{2}}); }
task<int> object_prvalue() { co_return co_await read(tracked{1}); }

task<int> aggregate_of_awaits() {
  const aggregate made{co_await make(1), co_await make(2)};
  co_return made.first.value();
}
task<int> aggregate_of_named_awaits() {
  auto first = co_await make(1);
  auto second = co_await make(2);
  const aggregate made{std::move(first), std::move(second)};
  co_return made.first.value();
}

task<int> conditional_awaits(bool choice) {
  const tracked made = choice ? co_await make(1) : co_await make(2);
  co_return made.value();
}
task<int> branching_awaits(bool choice) {
  std::optional<tracked> made;
  if (choice) made.emplace(co_await make(1));
  else made.emplace(co_await make(2));
  co_return made->value();
}

task<int> values_through_channel() {
  channel<tracked> values{1};
  const auto sent = co_await values.send(tracked{1});
  const auto received = co_await values.receive();
  co_return sent&& received ? received->value() : 0;
}

task<result<int>> tried(int value) {
  PAPPUS_CO_TRY(first, co_await make_or_fail(1));
  PAPPUS_CO_TRY(second, co_await make_or_fail(value));
  PAPPUS_CO_TRY_DISCARD(co_await make_or_fail(3));
  co_return first.value() + second.value();
}

task<int> scoped() {
  const auto body = [](pappus::scope& within, tracked given) -> task<int> {
    const auto child = [](tracked its_own) -> task<void> { static_cast<void>(co_await read(std::move(its_own))); };
    within.spawn(child(given));
    within.spawn(child(tracked{7}));
    co_return given.value();
  };
  co_return co_await pappus::with_scope(body, tracked{1});
}

task<int> side_by_side() {
  const auto all = co_await pappus::when_all(make(1), read(tracked{2}), make(3));
  const auto any = co_await pappus::when_any(make(1), read(tracked{2}));
  co_return std::get<0>(all).value() + static_cast<int>(any.index());
}

task<int> ranged() {
  std::vector<task<tracked>> many;
  for (int i = 0; i != 3; ++i) many.push_back(make(i));
  const auto made = co_await pappus::when_all(std::move(many));
  int sum = 0;
  for (const tracked& each : made) {
    co_await pappus::coro::yield();
    sum += each.value();
  }
  co_return sum;
}

/// A leaf operation that records its address and has members that must be destroyed once.
class rooted_awaiter {
public:
  explicit rooted_awaiter(tracked given) : self_(this), given_(std::move(given)) {}
  rooted_awaiter(const rooted_awaiter&) = delete;
  rooted_awaiter& operator=(const rooted_awaiter&) = delete;
  ~rooted_awaiter() = default;

  [[nodiscard]] static bool await_ready() noexcept { return false; }
  [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> /*handle*/) const noexcept { return self_ != this; }
  [[nodiscard]] int await_resume() const noexcept { return self_ == this ? given_.value() : -1; }

private:
  const rooted_awaiter* self_;
  tracked given_;
};

rooted_awaiter rooted(tracked given) { return rooted_awaiter{std::move(given)}; }

task<int> await_rooted() {
  const int direct = co_await rooted_awaiter{tracked{1}};
  const int returned = co_await rooted(tracked{2});
  co_return direct == 1 && returned == 2 ? 1 : 0;
}

task<bool> context_as_temporary() {
  const pappus::coro::context here = co_await pappus::coro::current_context{};
  co_return here.ready != nullptr&& here.stop.stop_possible();
}

void report(const std::string& shape, std::size_t faults) {
  if (faults != 0) MESSAGE("this compiler loses count of objects in " << shape << ": " << faults);
}

}  // namespace

TEST_CASE("closures that are named before the await are destroyed once") {
  report("a lambda with captures, as a temporary", faults_of(lambda_prvalue()));
  CHECK(faults_of(lambda_named()) == 0);
}

TEST_CASE("parameters with a constructor, named aggregates and plain objects are destroyed once") {
  report("a braced aggregate, as a temporary", faults_of(aggregate_prvalue()));
  CHECK(faults_of(aggregate_named()) == 0);
  CHECK(faults_of(constructed_prvalue()) == 0);
  CHECK(faults_of(object_prvalue()) == 0);
}

TEST_CASE("aggregates of values that were awaited before are destroyed once") {
  report("an aggregate of awaited values", faults_of(aggregate_of_awaits()));
  CHECK(faults_of(aggregate_of_named_awaits()) == 0);
}

TEST_CASE("values awaited in branches are destroyed once") {
  for (const bool choice : {true, false}) {
    report("a conditional operator over awaits", faults_of(conditional_awaits(choice)));
    CHECK(faults_of(branching_awaits(choice)) == 0);
  }
}

TEST_CASE("operations that hold values may be temporaries, and keep their address while awaited") {
  manual_loop loop;
  CHECK(loop.run(await_rooted()) == 1);
  CHECK(tracked::faults_and_leaks() == 0);
  CHECK(loop.run(values_through_channel()) == 1);
  CHECK(tracked::faults_and_leaks() == 0);
  CHECK(loop.run(context_as_temporary()));
}

TEST_CASE("the TRY macros destroy values once, whether they continue or return") {
  CHECK(faults_of(tried(2)) == 0);
  CHECK(faults_of(tried(-1)) == 0);
}

TEST_CASE("scopes, when_all and when_any destroy arguments and results of tasks once") {
  CHECK(faults_of(scoped()) == 0);
  CHECK(faults_of(side_by_side()) == 0);
  CHECK(faults_of(ranged()) == 0);
}

}  // namespace compiler_canary_test
