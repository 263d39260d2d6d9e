// Heap allocations of coroutines: none in the steady state.
#include <cstddef>
#include <cstdint>

#include <doctest/doctest.h>

#include <pappus/coro/channel.hpp>
#include <pappus/coro/event.hpp>
#include <pappus/coro/scope.hpp>
#include <pappus/coro/semaphore.hpp>
#include <pappus/coro/when_any.hpp>
#include <pappus/coro/yield.hpp>

#include "support/heap_watch.hpp"
#include "support/manual_loop.hpp"
#include "support/sanitizers.hpp"

namespace allocations_test {

using pappus::channel;
using pappus::event;
using pappus::result;
using pappus::scope;
using pappus::semaphore;
using pappus::task;
using pappus::with_scope;
using pappus::coro::yield;
using support::manual_loop;
using support::started;
using support::heap::allocations;

namespace {

task<int> give(int value) { co_return value; }

task<int> give_later(int value) {
  co_await yield();
  co_return value;
}

task<result<void>> wait_for(event& awaited) { co_return co_await awaited.wait(); }

/// Runs `Step` repeatedly; `into` is the number of allocations after the first rounds.
template <class Step>
task<void> repeat(Step step, std::uint64_t* into) {
  for (int i = 0; i != 10; ++i) co_await step();
  const std::uint64_t before = allocations;
  for (int i = 0; i != 1000; ++i) co_await step();
  *into = allocations - before;
}

template <class Step>
std::uint64_t allocations_of(Step step) {
  manual_loop loop;
  std::uint64_t counted = ~std::uint64_t{0};
  loop.run(repeat(step, &counted));
  return counted;
}

}  // namespace

TEST_CASE("heap allocations are counted") {
  const std::uint64_t before = allocations;
  ::operator delete(::operator new(1));
  CHECK(allocations == before + 1);
}

TEST_CASE("awaiting a task does not allocate" * doctest::skip(support::sanitized)) {
  CHECK(allocations_of([] { return give(1); }) == 0);
  CHECK(allocations_of([] { return give_later(1); }) == 0);
}

TEST_CASE("waiting for an event does not allocate") {
  manual_loop loop;
  event awaited;
  const auto waits = [](event& waited_for, std::uint64_t& counted) -> task<void> {
    const std::uint64_t before = allocations;
    for (int i = 0; i != 1000; ++i) static_cast<void>(co_await waited_for.wait());
    counted = allocations - before;
  };
  std::uint64_t counted = ~std::uint64_t{0};
  started<void> job{loop, waits(awaited, counted)};
  while (!job.ended()) {
    loop.drain();
    awaited.set();
    awaited.reset();
  }
  CHECK(counted == 0);
}

TEST_CASE("waiting for a semaphore does not allocate") {
  manual_loop loop;
  semaphore one{1};
  const auto takes_turns = [](semaphore& from, std::uint64_t& counted) -> task<void> {
    const std::uint64_t before = allocations;
    for (int i = 0; i != 1000; ++i) {
      const auto permit = co_await from.acquire();
      co_await yield();
    }
    counted = allocations - before;
  };
  std::uint64_t counted = ~std::uint64_t{0};
  std::uint64_t counted_by_other = ~std::uint64_t{0};
  started<void> job{loop, takes_turns(one, counted)};
  started<void> other{loop, takes_turns(one, counted_by_other)};
  loop.drain();
  CHECK(counted == 0);
  CHECK(counted_by_other == 0);
}

TEST_CASE("sending a value through a channel does not allocate") {
  manual_loop loop;
  channel<int> values{2};
  const auto send = [](channel<int>& into) -> task<void> {
    for (int i = 0; i != 2000; ++i) static_cast<void>(co_await into.send(i));
    into.close();
  };
  const auto receive = [](channel<int>& from, std::uint64_t& counted) -> task<void> {
    const std::uint64_t before = allocations;
    for (;;) {
      const auto value = co_await from.receive();
      if (!value) break;
    }
    counted = allocations - before;
  };
  std::uint64_t counted = ~std::uint64_t{0};
  started<void> receiver{loop, receive(values, counted)};
  started<void> sender{loop, send(values)};
  loop.drain();
  CHECK(receiver.ended());
  CHECK(counted == 0);
}

TEST_CASE("a scope with children does not allocate once frames are recycled" * doctest::skip(support::sanitized)) {
  const auto step = [] {
    const auto body = [](scope& within) -> task<void> {
      within.spawn(with_scope([](scope& /*inner*/) -> task<void> { co_await yield(); }));
      co_await yield();
    };
    return with_scope(body);
  };
  CHECK(allocations_of(step) == 0);
}

TEST_CASE("when_any with a stopped task does not allocate once frames are recycled" *
          doctest::skip(support::sanitized)) {
  event never;
  CHECK(allocations_of([&never] { return pappus::when_any(wait_for(never), give_later(1)); }) == 0);
}

}  // namespace allocations_test
