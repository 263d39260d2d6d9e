// Conformance: extreme durations and times. An expired one completes in the next turn, an infinite one when it is
// stopped, and neither delays the loop.
#pragma once

#include <functional>

#include <pappus/io/reconnect.hpp>
#include <pappus/io/timeout.hpp>

#include "../../support/extremes.hpp"
#include "support.hpp"

namespace conformance {

inline task<result<void>> sleep_till(io::runtime& on, io::time_point when) {
  co_return co_await io::sleep_until(on, when);
}

inline task<result<void>> wait(event& awaited) { co_return co_await awaited.wait(); }

/// Starts `sleeper`, whose time has passed: others run first, and then it completes.
inline task<void> expect_next_turn(task<result<void>> sleeper) {
  bool others_ran = false;
  auto slept = [](task<result<void>> sleeping, const bool& ran) -> task<void> {
    const auto woken = co_await std::move(sleeping);
    CHECK(woken);
    CHECK(ran);
  };
  auto set = [](bool& ran) -> task<void> {
    ran = true;
    co_return;
  };
  co_await when_all(slept(std::move(sleeper), others_ran), set(others_ran));
}

inline task<void> expect_endless(io::runtime& on, task<result<void>> waiting) {
  const auto given = co_await stopped_after(on, 20ms, std::move(waiting));
  CHECK(error_of(given) == canceled());
}

/// Tasks that are always ready; each runs until it is stopped, one after the other.
using spinner = task<void> (*)(io::runtime& on);

inline task<void> sleep_for_ever(io::runtime& on, io::duration each) {
  for (;;) {
    const auto slept = co_await io::sleep_for(on, each);
    if (!slept) co_return;
  }
}

inline task<void> sleep_in_the_past(io::runtime& on) {
  for (;;) {
    const auto slept = co_await io::sleep_until(on, io::time_point::min());
    if (!slept) co_return;
  }
}

inline task<void> time_out_for_ever(io::runtime& on) {
  for (;;) {
    const auto late = co_await io::with_timeout(on, -1h, sleep(on, 1h));
    if (error_of(late) == canceled()) co_return;
  }
}

inline task<void> until_stopped(io::runtime& on) { static_cast<void>(co_await io::sleep_until(on, io::never)); }

inline task<void> repeat_for_ever(io::runtime& on) {
  io::timer repeats{on};
  repeats.start_repeating(0s, [] {});
  io::timer repeats_backwards{on};
  repeats_backwards.start_repeating(io::duration::min(), [] {});
  co_await until_stopped(on);
}

inline task<void> start_again_for_ever(io::runtime& on) {
  io::timer again{on};
  std::function<void()> next;
  next = [&] { again.start_once(-1s, next); };
  next();
  co_await until_stopped(on);
}

/// A round trip of one message, and a short sleep.
inline task<void> echo_and_sleep(backend& on, scope& spinners) {
  auto [client, server] = co_await connect(on);
  for (int i = 0; i != 3; ++i) {
    co_await when_all(write_pattern(*client, 1000, 1), expect_pattern(*server, 1000, 1));
    co_await when_all(write_pattern(*server, 1000, 2), expect_pattern(*client, 1000, 2));
  }
  const auto slept = co_await io::sleep_for(on.client(), 5ms);
  CHECK(slept);
  spinners.request_stop();
}

inline task<void> spin_beside(scope& beside, backend* on) {
  io::runtime& net = on->client();
  beside.spawn(sleep_for_ever(net, 0s));
  beside.spawn(sleep_for_ever(net, -1s));
  beside.spawn(sleep_for_ever(net, io::duration::min()));
  beside.spawn(sleep_in_the_past(net));
  beside.spawn(time_out_for_ever(net));
  beside.spawn(repeat_for_ever(net));
  beside.spawn(start_again_for_ever(net));
  co_await echo_and_sleep(*on, beside);
}

/// Reads until it is stopped.
inline task<void> accept_all(io::listener& at) {
  for (;;) {
    const auto accepted = co_await at.accept();
    if (!accepted) co_return;
  }
}

/// Keeps a connection with these options until two connections or two attempts have ended.
inline task<void> expect_two_attempts(scope& beside, backend* on, io::listener* at, io::reconnect_options how) {
  beside.spawn(accept_all(*at));
  event twice;
  int attempts = 0;
  const auto count = [&] {
    if (++attempts == 2) twice.set();
  };
  struct counting {
    static task<void> use(io::stream_ptr stream, std::function<void()> counted) {
      stream.reset();
      counted();
      co_return;
    }
  };
  io::reconnect_handlers handlers;
  handlers.connected = [&](io::stream_ptr stream) { return counting::use(std::move(stream), count); };
  handlers.failed = [&](std::error_code) { count(); };
  coro::stop_source stop;
  auto keep = [](io::runtime& net, io::endpoint where, io::reconnect_handlers use,
                 io::reconnect_options options) -> task<result<void>> {
    co_await io::keep_connected(net, where, std::move(use), options);
    co_return result<void>{};
  };
  auto end = [](event& awaited, coro::stop_source& stops) -> task<void> {
    const auto waited = co_await awaited.wait();
    CHECK(waited);
    stops.request_stop();
  };
  std::optional<result<void>> ended;
  co_await when_all(run_under(stop.token(), keep(on->client(), at->local_endpoint(), std::move(handlers), how), ended),
                    end(twice, stop));
  CHECK(attempts >= 2);
  beside.request_stop();
}

}  // namespace conformance

using namespace conformance;

TEST_CASE("a sleep that is not positive, or until a time that has passed, completes in the next turn") {
  run([](backend& on) -> task<void> {
    io::runtime& net = on.client();
    for (const io::duration each : support::no_time_at_all()) co_await expect_next_turn(sleep(net, each));
    for (const io::time_point each : support::passed_at(net.now())) co_await expect_next_turn(sleep_till(net, each));
  });
}

TEST_CASE("an infinite sleep is ended by a stop") {
  run([](backend& on) -> task<void> {
    io::runtime& net = on.client();
    for (const io::duration each : support::for_ever()) co_await expect_endless(net, sleep(net, each));
    co_await expect_endless(net, sleep_till(net, io::never));
    co_await expect_endless(net, sleep_till(net, io::never - 1ns));
  });
}

TEST_CASE("a timeout that is not positive stops its operation in the next turn; an infinite one never does") {
  run([](backend& on) -> task<void> {
    io::runtime& net = on.client();
    const std::error_code timed_out = make_error_code(errc::timed_out);
    event never_set;
    event set;
    set.set();
    const auto listener = open_listener(on.server(), on.anywhere());
    for (const io::duration each : support::no_time_at_all()) {
      const auto late = co_await io::with_timeout(net, each, sleep(net, 1h));
      CHECK(error_of(late) == timed_out);
      const auto unset = co_await io::with_timeout(net, each, never_set.wait());
      CHECK(error_of(unset) == timed_out);
      const auto dialed = co_await io::with_timeout(net, each, net.connect(listener->local_endpoint()));
      if (!dialed) CHECK(dialed.error() == timed_out);  // a loopback may answer within the turn
    }
    for (const io::time_point each : support::passed_at(net.now())) {
      const auto late = co_await io::with_deadline(net, each, sleep(net, 1h));
      CHECK(error_of(late) == timed_out);
    }
    for (const io::duration each : support::for_ever()) {
      const auto slept = co_await io::with_timeout(net, each, sleep(net, 1ms));
      CHECK(slept);
      const auto waited = co_await io::with_timeout(net, each, set.wait());
      CHECK(waited);
      const auto dialed = co_await io::with_timeout(net, each, net.connect(listener->local_endpoint()));
      CHECK(dialed);
      co_await expect_endless(net, io::with_timeout(net, each, wait(never_set)));
    }
  });
}

TEST_CASE("a deadline may be moved to both ends of the range of times and back") {
  run([](backend& on) -> task<void> {
    io::runtime& net = on.client();
    for (const io::duration each : support::no_time_at_all()) {
      io::deadline limit{net, {}};
      for (const io::duration endless : support::for_ever()) limit.expires_after(endless);
      co_await settle(on);
      CHECK_FALSE(limit.expired());
      limit.expires_after(each);
      CHECK_FALSE(limit.expired());
      const auto stopped = co_await sleep(net, 1h).with_stop_token(limit.token());
      CHECK(limit.translate(error_of(stopped)) == make_error_code(errc::timed_out));
    }
    for (const io::time_point each : support::passed_at(net.now())) {
      io::deadline limit{net, {}};
      limit.expires_at(io::never);
      limit.expires_at(io::never - 1ns);
      limit.expires_at(each);
      limit.expires_at(each);
      CHECK_FALSE(limit.expired());
      const auto stopped = co_await sleep(net, 1h).with_stop_token(limit.token());
      CHECK(limit.translate(error_of(stopped)) == make_error_code(errc::timed_out));
    }
  });
}

TEST_CASE("a grace period may be over at once, or infinite") {
  run([](backend& on) -> task<void> {
    io::runtime& net = on.client();
    for (const io::duration each : support::no_time_at_all()) {
      coro::stop_source stop;
      io::grace_period last{net, each};
      last.begin_with(stop.token());
      stop.request_stop();
      const auto stopped = co_await sleep(net, 1h).with_stop_token(last.token());
      CHECK(error_of(stopped) == canceled());
      CHECK(last.expired());
    }
    for (const io::duration each : support::for_ever()) {
      coro::stop_source stop;
      stop.request_stop();
      io::grace_period last{net, each};
      last.begin_with(stop.token());
      const auto slept = co_await sleep(net, 1ms).with_stop_token(last.token());
      CHECK(slept);
      CHECK_FALSE(last.expired());
    }
  });
}

TEST_CASE("a timer that is not positive fires in the next turn, once or every turn; a long one waits") {
  run([](backend& on) -> task<void> {
    io::runtime& net = on.client();
    for (const io::duration each : support::no_time_at_all()) {
      io::timer timer{net};
      event called;
      timer.start_once(each, [&] { called.set(); });
      CHECK_FALSE(called.is_set());
      const auto once = co_await called.wait();
      CHECK(once);
      CHECK_FALSE(timer.running());

      event three_times;
      int calls = 0;
      timer.start_repeating(each, [&] {
        if (++calls != 3) return;
        timer.stop();
        three_times.set();
      });
      CHECK(calls == 0);
      const auto repeated = co_await three_times.wait();
      CHECK(repeated);
      CHECK(calls == 3);
    }
    int calls = 0;
    for (const io::duration each : support::for_ever()) {
      io::timer once{net};
      io::timer repeating{net};
      once.start_once(each, [&] { ++calls; });
      repeating.start_repeating(each, [&] { ++calls; });
      co_await settle(on);
      CHECK(once.running());
      CHECK(repeating.running());
    }
    CHECK(calls == 0);
  });
}

TEST_CASE("timers that are always due do not keep the loop from its sockets and other timers") {
  run([](backend& on) -> task<void> { co_await with_scope(spin_beside, &on); });
}

TEST_CASE("keeping a connection works with any delays between attempts") {
  run([](backend& on) -> task<void> {
    const auto listener = open_listener(on.server(), on.anywhere());
    for (const io::duration each : support::extremes()) {
      io::reconnect_options how;
      how.wait.initial = 0s;
      how.wait.max = each;
      how.stable_after = each;
      how.connect_timeout = each;
      co_await with_scope(expect_two_attempts, &on, listener.get(), how);
      how.wait.initial = std::min(each, io::duration{1ms});
      co_await with_scope(expect_two_attempts, &on, listener.get(), how);
    }
  });
}
