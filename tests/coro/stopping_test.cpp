// A program of coroutines, stopped before each of its steps in turn: all of it ends, and no object is left.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/coro/channel.hpp>
#include <pappus/coro/event.hpp>
#include <pappus/coro/frame_recycler.hpp>
#include <pappus/coro/scope.hpp>
#include <pappus/coro/when_all.hpp>
#include <pappus/coro/when_any.hpp>
#include <pappus/coro/yield.hpp>

#include "support/manual_loop.hpp"

namespace stopping_test {

using pappus::channel;
using pappus::errc;
using pappus::event;
using pappus::result;
using pappus::scope;
using pappus::task;
using pappus::with_scope;
using pappus::coro::frame_recycler;
using pappus::coro::yield;
using support::manual_loop;
using support::started;

namespace {

/// Memory that the leak check of a sanitizer reports if it is lost.
using parcel = std::unique_ptr<std::string>;

parcel parcel_of(int number) { return std::make_unique<std::string>("parcel number " + std::to_string(number)); }

task<result<void>> produce(channel<parcel>& into, int count) {
  for (int i = 0; i != count; ++i) {
    parcel made = parcel_of(i);
    PAPPUS_CO_TRY_DISCARD(co_await into.send(std::move(made)));
  }
  into.close();
  co_return result<void>{};
}

task<result<int>> consume(channel<parcel>& from, event& first_came) {
  int count = 0;
  for (;;) {
    auto received = co_await from.receive();
    if (!received && received.error() == errc::closed) break;
    if (!received) co_return pappus::failure{received.error()};
    ++count;
    first_came.set();
    co_await yield();
  }
  co_return count;
}

task<result<void>> wait_for(event& awaited) { co_return co_await awaited.wait(); }

task<parcel> pack_slowly(int number) {
  parcel made = parcel_of(number);
  co_await yield();
  co_return made;
}

/// Uses every kind of wait; returns the number of values that came through.
task<result<int>> program() {
  channel<parcel> parcels{2};
  event first_came;
  event never;
  const auto body = [](scope& within, channel<parcel>* through, event* came, event* no_one) -> task<result<int>> {
    within.spawn(produce(*through, 6));
    const auto inner = [](scope& deeper, event* awaited, event* unset) -> task<void> {
      deeper.spawn(wait_for(*awaited));
      static_cast<void>(co_await pappus::when_any(wait_for(*unset), wait_for(*awaited)));
    };
    within.spawn(with_scope(inner, came, no_one));
    auto packed = co_await pappus::when_all(pack_slowly(1), consume(*through, *came), pack_slowly(2));
    co_return std::move(std::get<1>(packed));
  };
  co_return co_await with_scope(pappus::coro::fail_fast, body, &parcels, &first_came, &never);
}

/// Runs the program, stops it after `steps` resumptions, and runs it to its end. False if it had ended before.
bool stop_after(std::size_t steps) {
  manual_loop loop;
  started<result<int>> job{loop, program()};
  for (std::size_t i = 0; i != steps; ++i) loop.step();
  const bool stopped = !job.ended();
  job.request_stop();
  loop.drain();
  REQUIRE(job.ended());
  const auto given = job.take();
  if (given) CHECK(*given == 6);
  else CHECK(given.error() == errc::canceled);
  if (steps == 0) CHECK_FALSE(given.has_value());
  if (!stopped) CHECK(given.has_value());
  return stopped;
}

}  // namespace

TEST_CASE("a program stopped at any of its steps ends, and leaves no object behind") {
  const std::uint64_t live = frame_recycler::statistics().live;
  std::size_t steps = 0;
  while (stop_after(steps)) {
    CAPTURE(steps);
    CHECK(frame_recycler::statistics().live == live);
    ++steps;
  }
  CHECK(steps > 20);
}

TEST_CASE("a stopped program ends within a few turns for each coroutine") {
  manual_loop loop;
  started<result<int>> job{loop, program()};
  for (int i = 0; i != 12; ++i) loop.step();
  REQUIRE_FALSE(job.ended());
  job.request_stop();
  CHECK(loop.drain() < 30);
  CHECK(job.ended());
}

}  // namespace stopping_test
