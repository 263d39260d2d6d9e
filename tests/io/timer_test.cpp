// Timers and sleeps, in simulated time.
#include <vector>

#include <doctest/doctest.h>

#include <pappus/io/timer.hpp>
#include <pappus/sim/world.hpp>

namespace timer_test {

using namespace pappus;
using namespace std::chrono_literals;

namespace {

struct fixture {
  sim::world world{1};
  sim::machine& machine{world.add_machine()};
  std::vector<io::duration> times;

  void note() { times.push_back(world.now().time_since_epoch()); }
};

task<void> note_after(fixture& of, io::duration time) {
  const auto slept = co_await io::sleep_for(of.machine, time);
  CHECK(slept);
  of.note();
}

}  // namespace

TEST_CASE_FIXTURE(fixture, "a sleep lasts its duration, to the nanosecond") {
  world.run(note_after(*this, 1234567ns));
  CHECK(times == std::vector<io::duration>{1234567ns});
}

TEST_CASE_FIXTURE(fixture, "a repeating timer does not drift") {
  io::timer ticks{machine};
  ticks.start_repeating(7s, [this] { note(); });
  world.run_for(30s);
  CHECK(times == std::vector<io::duration>{7s, 14s, 21s, 28s});
  ticks.stop();
  world.run_for(30s);
  CHECK(times.size() == 4);
}

TEST_CASE_FIXTURE(fixture, "a timer started again in its own callback counts from there") {
  io::timer steps{machine};
  steps.start_repeating(1s, [&] {
    note();
    if (times.size() == 2) steps.start_once(10s, [this] { note(); });
  });
  world.run_for(1min);
  CHECK(times == std::vector<io::duration>{1s, 2s, 12s});
  CHECK_FALSE(steps.running());
}

TEST_CASE_FIXTURE(fixture, "a timer at the end of time never fires") {
  io::timer last{machine};
  last.start_once(io::duration::max(), [this] { note(); });
  world.run_for(24h * 365 * 100);
  CHECK(times.empty());
  CHECK(last.running());
}

}  // namespace timer_test
