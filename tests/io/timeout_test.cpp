// Timeouts and deadlines, in simulated time.
#include <stdexcept>
#include <type_traits>

#include <doctest/doctest.h>

#include <pappus/coro/event.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/sim/world.hpp>

namespace timeout_test {

using namespace pappus;
using namespace std::chrono_literals;

namespace {

task<result<void>> sleep(io::runtime& on, io::duration length) { co_return co_await io::sleep_for(on, length); }

/// Ends a while after it was stopped.
task<result<void>> end_slowly(io::runtime& on, io::duration length, io::duration farewell) {
  const auto slept = co_await io::sleep_for(on, length);
  static_cast<void>(co_await sleep(on, farewell).with_stop_token(coro::stop_token{}));
  co_return slept;
}

task<result<int>> value_in_spite_of_stop(io::runtime& on, io::duration length) {
  static_cast<void>(co_await io::sleep_for(on, length));
  co_return 7;
}

task<result<int>> fail_with(std::error_code why) { co_return failure{why}; }

struct fixture {
  sim::world world{1};
  sim::machine& machine{world.add_machine()};
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "an operation that ends in time returns its value or error") {
  CHECK(world.run(io::with_timeout(machine, 2s, sleep(machine, 1s))));
  CHECK(world.now() == io::time_point{1s});
  const auto failed = world.run(io::with_timeout(machine, 2s, fail_with(make_error_code(errc::poisoned))));
  CHECK(failed.error() == make_error_code(errc::poisoned));
  CHECK(world.timers().size() == 0);
}

TEST_CASE_FIXTURE(fixture, "a late operation is stopped at its deadline, to the nanosecond") {
  const auto late = world.run(io::with_timeout(machine, 1s, sleep(machine, 2s)));
  CHECK(late.error() == make_error_code(errc::timed_out));
  CHECK(late.error() == std::errc::timed_out);
  CHECK(world.now() == io::time_point{1s});
}

TEST_CASE_FIXTURE(fixture, "with_timeout waits until the stopped operation has ended") {
  const auto late = world.run(io::with_timeout(machine, 1s, end_slowly(machine, 1h, 10s)));
  CHECK(late.error() == make_error_code(errc::timed_out));
  CHECK(world.now() == io::time_point{11s});
}

TEST_CASE_FIXTURE(fixture, "a value that a stopped operation returns nevertheless is the result") {
  const auto value = world.run(io::with_timeout(machine, 1s, value_in_spite_of_stop(machine, 1h)));
  REQUIRE(value);
  CHECK(*value == 7);
}

TEST_CASE_FIXTURE(fixture, "a deadline in the past stops operations that wait, but not those that need not wait") {
  world.run_for(10s);
  const io::time_point past{1s};
  CHECK(world.run(io::with_deadline(machine, past, sleep(machine, 1h))).error() == make_error_code(errc::timed_out));
  CHECK(world.now() == io::time_point{10s});
  const auto failed = world.run(io::with_deadline(machine, past, fail_with(make_error_code(errc::closed))));
  CHECK(failed.error() == make_error_code(errc::closed));
}

TEST_CASE_FIXTURE(fixture,
                  "a late operation with a deadline is stopped at its time, to the nanosecond, and leaves no timer") {
  auto wait = [](io::runtime& on) -> task<result<void>> {
    event never_set;
    const auto late = co_await io::with_timeout(on, 1s, never_set.wait());
    CHECK(on.now() == io::time_point{1s});
    CHECK(on.timers().size() == 0);
    co_return late;
  };
  CHECK(world.run(wait(machine)).error() == make_error_code(errc::timed_out));
}

TEST_CASE_FIXTURE(fixture, "an operation that need not wait arms no timer, even after its deadline") {
  world.run_for(10s);
  auto wait = [](io::runtime& on, event& set) -> task<result<void>> {
    auto bounded = co_await io::with_deadline(on, io::time_point{1s}, set.wait());
    CHECK(on.timers().size() == 0);
    co_return bounded;
  };
  event set;
  set.set();
  const std::uint64_t before = world.events();
  CHECK(world.run(wait(machine, set)));
  CHECK(world.events() <= before + 1);
}

TEST_CASE_FIXTURE(fixture, "after a task that throws the awaiter has its own stop token, and no timer is left") {
  auto throw_after = [](io::runtime& on, io::duration time) -> task<result<void>> {
    if (time != io::duration::zero()) static_cast<void>(co_await io::sleep_for(on, time));
    throw std::runtime_error{"thrown"};
    co_return result<void>{};
  };
  auto survive = [](io::runtime& on, task<result<void>> body) -> task<result<void>> {
    coro::stop_source own;
    bool caught = false;
    auto inner = [](io::runtime& net, task<result<void>> thrower, bool& seen) -> task<result<void>> {
      try {
        // Of both deadlines the earlier one counts.
        const auto given =
            co_await io::with_timeout(net, 2h, io::with_timeout(net, 1h, std::move(thrower).with_stop_token({})));
        CHECK(given);
      } catch (const std::runtime_error&) {
        seen = true;
      }
      CHECK(net.timers().size() == 0);
      co_return co_await io::sleep_for(net, 1s);
    };
    auto slept = co_await inner(on, std::move(body), caught).with_stop_token(own.token());
    CHECK(caught);
    co_return slept;
  };
  for (const io::duration time : {0s, 1s}) {
    CHECK(world.run(survive(machine, throw_after(machine, time))));
    auto owned = io::with_timeout(machine, 1h, throw_after(machine, time));
    CHECK_THROWS_AS(static_cast<void>(world.run(std::move(owned))), std::runtime_error);
    CHECK(world.timers().size() == 0);
  }
}

TEST_CASE_FIXTURE(fixture, "the timeout of an operation starts at the call, and a task with a timeout can be stored") {
  auto kept = io::with_timeout(machine, 10s, sleep(machine, 1h));
  world.run_for(4s);
  CHECK(world.run(std::move(kept)).error() == make_error_code(errc::timed_out));
  CHECK(world.now() == io::time_point{10s});
}

TEST_CASE("an operation without a result takes no deadline, and an operation with a deadline cannot be stored") {
  CHECK(io::fallible_awaitable<event::wait_operation>);
  CHECK(io::fallible_awaitable<event::wait_operation&>);
  CHECK(io::fallible_awaitable<task<result<int>>>);
  CHECK_FALSE(io::fallible_awaitable<task<int>>);
  CHECK_FALSE(io::fallible_awaitable<task<void>>);
  CHECK_FALSE(io::fallible_awaitable<int>);
  using bounded = io::deadline_operation<event::wait_operation>;
  CHECK(coro::awaitable<bounded>);
  CHECK_FALSE(coro::awaitable<bounded&>);
}

TEST_CASE_FIXTURE(fixture, "an infinite timeout never expires") {
  CHECK(world.run(io::with_timeout(machine, io::duration::max(), sleep(machine, 24h))));
  CHECK(world.now() == io::time_point{24h});
}

TEST_CASE_FIXTURE(fixture, "moving a deadline later arms no timer, however often") {
  io::deadline alive{machine, {}};
  alive.expires_after(10s);
  const std::uint64_t before = world.events();
  for (int i = 0; i != 100; ++i) {
    world.run_for(90ms);
    alive.expires_after(10s);
  }
  CHECK(world.events() == before);
  CHECK(world.timers().size() == 1);
  world.run_for(10s - 1ns);
  CHECK_FALSE(alive.expired());
  world.run_for(1ns);
  CHECK(alive.expired());
  CHECK(world.events() == before + 2);
}

TEST_CASE_FIXTURE(fixture, "a deadline can be moved earlier, canceled, and set again") {
  io::deadline alive{machine, {}};
  alive.expires_after(10s);
  alive.expires_after(1s);
  alive.cancel();
  world.run_for(1h);
  CHECK_FALSE(alive.expired());
  alive.expires_after(10s);
  alive.expires_after(1s);
  world.run_for(1s);
  CHECK(alive.expired());
  CHECK(alive.token().stop_requested());
}

TEST_CASE_FIXTURE(fixture, "a deadline passes on a stop of its parent, and has not expired then or later") {
  coro::stop_source parent;
  io::deadline alive{machine, parent.token()};
  alive.expires_after(10s);
  parent.request_stop();
  CHECK(alive.token().stop_requested());
  world.run_for(20s);
  CHECK_FALSE(alive.expired());
  const std::error_code canceled = make_error_code(errc::canceled);
  CHECK(alive.translate(canceled) == canceled);
}

TEST_CASE_FIXTURE(fixture, "translate maps a cancellation by an expired deadline, and no other error") {
  io::deadline alive{machine, {}};
  alive.expires_after(10s);
  world.run_for(10s);
  CHECK(alive.translate(make_error_code(errc::canceled)) == make_error_code(errc::timed_out));
  CHECK(alive.translate(make_error_code(errc::closed)) == make_error_code(errc::closed));
}

TEST_CASE_FIXTURE(fixture, "a grace period delays the stop of what runs under it") {
  coro::stop_source all;
  io::grace_period last{machine, 5s};
  last.begin_with(all.token());
  world.run_for(1h);
  CHECK_FALSE(last.token().stop_requested());
  all.request_stop();
  world.run_for(5s - 1ns);
  CHECK_FALSE(last.token().stop_requested());
  world.run_for(1ns);
  CHECK(last.expired());
  CHECK(last.token().stop_requested());
  io::grace_period late{machine, 5s};
  late.begin_with(all.token());  // it has been stopped already
  world.run_for(5s);
  CHECK(late.expired());
}

}  // namespace timeout_test
