// Conformance: timers fire in order, not early, and may be changed in their own callbacks.
#pragma once

#include "support.hpp"

using namespace conformance;

namespace conformance {

inline task<void> note_after(io::runtime& on, io::duration time, int number, std::vector<int>& order) {
  const auto slept = co_await io::sleep_for(on, time);
  CHECK(slept);
  order.push_back(number);
}

inline task<void> sleep_in_the_past(io::runtime& on, io::time_point when, const bool& others_ran) {
  const auto woken = co_await io::sleep_until(on, when);
  CHECK(woken);
  CHECK(others_ran);
}

inline task<void> set(bool& flag) {
  flag = true;
  co_return;
}

}  // namespace conformance

TEST_CASE("sleeps end in the order of their times, and of their start where the times are equal") {
  run([](backend& on) -> task<void> {
    io::runtime& net = on.client();
    std::vector<int> order;
    std::vector<task<void>> sleepers;
    sleepers.push_back(note_after(net, 30ms, 5, order));
    sleepers.push_back(note_after(net, 10ms, 1, order));
    sleepers.push_back(note_after(net, 20ms, 3, order));
    sleepers.push_back(note_after(net, 10ms, 2, order));
    sleepers.push_back(note_after(net, 20ms, 4, order));
    sleepers.push_back(note_after(net, 0ms, 0, order));
    co_await when_all(std::move(sleepers));
    CHECK(order == std::vector<int>{0, 1, 2, 3, 4, 5});
  });
}

TEST_CASE("no sleep ends early, and one whose time has passed ends in a later turn") {
  run([](backend& on) -> task<void> {
    io::runtime& net = on.client();
    const io::time_point begun = net.now();
    auto slept = co_await io::sleep_for(net, 15ms);
    CHECK(slept);
    CHECK(net.now() >= begun + 15ms);

    bool others_ran = false;
    co_await when_all(sleep_in_the_past(net, begun, others_ran), set(others_ran));
  });
}

TEST_CASE("both clocks advance during a sleep") {
  run([](backend& on) -> task<void> {
    const io::wall_time wall = on.client().wall_clock();
    const io::time_point steady = on.client().now();
    co_await settle(on);
    CHECK(on.client().wall_clock() > wall);
    CHECK(on.client().now() > steady);
    CHECK(wall > io::wall_time{} + std::chrono::hours{24 * 365 * 40});  // it is after 2010
  });
}

TEST_CASE("a timer fires once") {
  run([](backend& on) -> task<void> {
    int calls = 0;
    io::timer once{on.client()};
    CHECK_FALSE(once.running());
    once.start_once(5ms, [&] { ++calls; });
    CHECK(once.running());
    co_await settle(on);
    CHECK(calls == 1);
    CHECK_FALSE(once.running());
  });
}

TEST_CASE("a repeating timer fires until it is stopped") {
  run([](backend& on) -> task<void> {
    event three_times;
    int calls = 0;
    io::timer repeating{on.client()};
    repeating.start_repeating(5ms, [&] {
      if (++calls == 3) {
        repeating.stop();
        three_times.set();
      }
    });
    const auto waited = co_await three_times.wait();
    CHECK(waited);
    co_await settle(on);
    CHECK(calls == 3);
    CHECK_FALSE(repeating.running());
  });
}

TEST_CASE("a timer that is started again drops its former function") {
  run([](backend& on) -> task<void> {
    std::string called;
    io::timer again{on.client()};
    again.start_repeating(1ms, [&] { called += 'a'; });
    again.start_once(5ms, [&] { called += 'b'; });
    co_await settle(on);
    CHECK(called == "b");
  });
}

TEST_CASE("a timer may be started again in its own callback") {
  run([](backend& on) -> task<void> {
    std::string called;
    event twice;
    io::timer again{on.client()};
    const auto start_again = [&] {
      called += 'a';
      again.start_once(1ms, [&] {
        called += 'b';
        twice.set();
      });
    };
    again.start_once(1ms, start_again);
    const auto once = co_await twice.wait();
    CHECK(once);
    co_await settle(on);
    CHECK(called == "ab");

    called.clear();
    twice.reset();
    again.start_repeating(1ms, start_again);
    const auto repeated = co_await twice.wait();
    CHECK(repeated);
    co_await settle(on);
    CHECK(called == "ab");
  });
}

TEST_CASE("a timer may be destroyed in its own callback, whose captures stay alive") {
  run([](backend& on) -> task<void> {
    const std::string captured = "a text that is too long for the small buffer of a string";
    std::string seen;
    auto once = std::make_unique<io::timer>(on.client());
    once->start_once(1ms, [&once, &seen, captured] {
      once.reset();
      seen += captured;
    });
    auto repeating = std::make_unique<io::timer>(on.client());
    repeating->start_repeating(1ms, [&repeating, &seen, captured] {
      repeating.reset();
      seen += captured;
    });
    co_await settle(on);
    CHECK(seen == captured + captured);
  });
}

TEST_CASE("a destroyed timer does not fire") {
  run([](backend& on) -> task<void> {
    bool fired = false;
    {
      io::timer dropped{on.client()};
      dropped.start_once(5ms, [&] { fired = true; });
    }
    co_await settle(on);
    CHECK_FALSE(fired);
  });
}
