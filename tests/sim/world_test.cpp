// A simulated world: its clock, machines, names and workers.
#include <algorithm>
#include <stdexcept>
#include <system_error>

#include <pappus/coro/event.hpp>
#include <pappus/coro/live_coroutines.hpp>
#include <pappus/io/offload.hpp>
#include <pappus/io/random.hpp>

#include "../support/death.hpp"
#include "support.hpp"

namespace world_test {

using namespace pappus;
using namespace support;

namespace {

task<void> count_every(io::runtime& on, io::duration interval, int& count) {
  for (;;) {
    const auto slept = co_await io::sleep_for(on, interval);
    if (!slept) co_return;
    ++count;
  }
}

task<void> wait_for(event& there) { static_cast<void>(co_await there.wait()); }

task<void> fail_after(io::runtime& on, io::duration time) {
  static_cast<void>(co_await io::sleep_for(on, time));
  throw std::runtime_error("a machine's task failed");
}

task<int> answer() { co_return 42; }

task<void> work_after(io::runtime& on, io::duration time, std::size_t units) {
  static_cast<void>(co_await io::sleep_for(on, time));
  on.ready().charge(units);
}

}  // namespace

TEST_CASE("run returns the result of its task and rethrows its exception") {
  sim::world world{1};
  sim::machine& machine = world.add_machine();
  CHECK(world.run(answer()) == 42);
  CHECK_THROWS_WITH(world.run(fail_after(machine, 1s)), "a machine's task failed");
  CHECK(world.now() == io::time_point{1s});
}

TEST_CASE("an observer is called before each event, in a run that is the same, and may leave it between two events") {
  const auto counted = [](bool observed, int leaves_at) {
    event there;
    int count = 0;
    sim::world world{1};
    sim::machine& machine = world.add_machine();
    machine.spawn(count_every(machine, 7s, count));
    machine.spawn(wait_for(there));
    int events = 0;
    if (observed) {
      world.observe([&] {
        if (++events == leaves_at) throw std::runtime_error("leaves");
      });
    }
    if (leaves_at != 0) CHECK_THROWS_WITH(world.run_until(io::time_point{20s}), "leaves");
    world.run_until(io::time_point{20s});
    CHECK(count == 2);
    CHECK(world.events() == 2);
    return events;
  };
  CHECK(counted(false, 0) == 0);
  CHECK(counted(true, 0) == 4);                               // two coroutines that begin, and two timers
  for (int n = 1; n != 5; ++n) CHECK(counted(true, n) == 5);  // one call is made twice
}

TEST_CASE("the longest turn is the most work that is done without a poll, also beyond the budget") {
  constexpr std::size_t units = 2 * coro::ready_queue::default_budget;
  sim::world world{1};
  sim::machine& machine = world.add_machine();
  machine.spawn(work_after(machine, 1s, units / 4));
  machine.spawn(work_after(machine, 2s, units));
  machine.spawn(work_after(machine, 3s, units / 2));
  world.run();
  CHECK(world.longest_turn() >= units);
  CHECK(world.longest_turn() < units + 10);
}

TEST_CASE("the clock jumps from event to event and stops at the requested time") {
  sim::world world{1};
  sim::machine& machine = world.add_machine();
  int count = 0;
  machine.spawn(count_every(machine, 7s, count));
  world.run_until(io::time_point{20s});
  CHECK(count == 2);
  CHECK(world.now() == io::time_point{20s});
  world.run_for(1s);
  CHECK(count == 3);
  world.run_for(100min);
  CHECK(world.now() == io::time_point{100min + 21s});
}

TEST_CASE("a simulated day of a thousand machines that only sleep takes little time") {
  sim::world world{1};
  int count = 0;
  for (int i = 0; i != 1000; ++i) {
    sim::machine& machine = world.add_machine();
    machine.spawn(count_every(machine, 10min, count));
  }
  world.run_for(24h);
  CHECK(count == 144'000);
  CHECK(world.events() == 144'000);
}

TEST_CASE("run without a task ends when the tasks of all machines have ended") {
  sim::world world{1};
  auto once = [](io::runtime& on, io::duration time) -> task<void> {
    static_cast<void>(co_await io::sleep_for(on, time));
  };
  for (const io::duration time : {3s, 1s, 2s}) {
    sim::machine& machine = world.add_machine();
    machine.spawn(once(machine, time));
  }
  world.run();
  CHECK(world.now() == io::time_point{3s});
}

TEST_CASE("the error of a machine's task comes out of whatever runs the world, as an exception") {
  sim::world world{1};
  sim::machine& machine = world.add_machine();
  auto failing = []() -> task<result<void>> { co_return failure{make_error_code(errc::closed)}; };
  machine.spawn(failing());
  CHECK_THROWS_AS(world.run(), std::system_error);
  auto succeeding = []() -> task<result<void>> { co_return result<void>{}; };
  machine.spawn(succeeding());
  CHECK_NOTHROW(world.run());
}

TEST_CASE("an exception of a machine's task is rethrown by the call that runs the world, and stops the task") {
  sim::world world{1};
  sim::machine& machine = world.add_machine();
  machine.spawn(fail_after(machine, 1s));
  CHECK_THROWS_WITH(world.run_for(2s), "a machine's task failed");
  machine.spawn(fail_after(machine, 1s));
  int count = 0;
  CHECK_THROWS_WITH(world.run(count_every(machine, 300ms, count)), "a machine's task failed");
  CHECK(count == 3);
  CHECK(world.run(answer()) == 42);
}

TEST_CASE("a task in a deadlock is stopped, and run reports it") {
  event never;
  sim::world world{1};
  try {
    world.run(wait_for(never));
    FAIL("it ended");
  } catch (const sim::deadlock& thrown) {
    const std::string what = thrown.what();
    if (coro::tracing) CHECK(what.find("waits for event") != std::string::npos);
    CHECK(what.find("nothing can happen") == 0);
  }
  sim::machine& machine = world.add_machine();
  machine.spawn(wait_for(never));
  CHECK_THROWS_AS(world.run(), sim::deadlock);
}

TEST_CASE("destroying a world with a task that waits for ever terminates the program" *
          doctest::skip(!support::can_fork)) {
  CHECK(support::terminates([] {
    event never;
    sim::world world{1};
    sim::machine& machine = world.add_machine();
    auto deaf = [](event& there) -> task<void> { co_await wait_for(there).with_stop_token(coro::stop_token{}); };
    machine.spawn(deaf(never));
    world.run_for(1s);
  }));
}

TEST_CASE("destroying a world before its streams and listeners terminates the program" *
          doctest::skip(!support::can_fork)) {
  CHECK(support::terminates([] {
    io::listener_ptr listener;
    sim::world world{1};
    listener = std::move(*world.add_machine().runtime().listen({}));
  }));
  CHECK(support::terminates([] {
    ends left;
    sim::world world{1};
    sim::machine& machine = world.add_machine();
    left = connect(world, machine, machine);
    left.client.reset();
  }));
}

TEST_CASE("destroying a world stops its machines and waits for them and their workers") {
  bool stopped = false;
  bool worked = false;
  {
    sim::world world{1};
    sim::machine& machine = world.add_machine();
    auto take_leave = [](io::runtime& on, bool& ended) -> task<void> {
      static_cast<void>(co_await io::sleep_for(on, 1h));
      static_cast<void>(co_await sleep(on, 10s).with_stop_token(coro::stop_token{}));
      ended = true;
    };
    auto work = [](io::runtime& on, bool& done) -> task<void> {
      auto set = [&done] { done = true; };
      static_cast<void>(co_await io::offload(on, set));
    };
    machine.spawn(take_leave(machine, stopped));
    world.run_for(1s);
    machine.spawn(work(machine, worked));
    world.run_for(0s);
    CHECK_FALSE(worked);
  }
  CHECK(stopped);
  CHECK(worked);
}

TEST_CASE("machines get routable addresses, each in a netgroup of its own") {
  sim::world world{1};
  std::vector<std::uint64_t> netgroups;
  for (int i = 0; i != 3000; ++i) {
    const pappus::ip_address address = world.add_machine().address();
    CHECK(address.is_routable());
    netgroups.push_back(address.netgroup());
  }
  std::sort(netgroups.begin(), netgroups.end());
  CHECK(std::unique(netgroups.begin(), netgroups.end()) == netgroups.end());
}

TEST_CASE("addresses of machines are unique and valid for a machine") {
  sim::world world{1};
  const pappus::ip_address address = pappus::ip_address::v4(0x0a000001);
  sim::machine& machine = world.add_machine(address);
  CHECK(world.find(address) == &machine);
  CHECK(world.find(pappus::ip_address::v4(0x0a000002)) == nullptr);
  CHECK_THROWS_AS(world.add_machine(address), std::invalid_argument);
  CHECK_THROWS_AS(world.add_machine(pappus::ip_address::v4(0x7f000001)), std::invalid_argument);
  CHECK_THROWS_AS(world.add_machine(pappus::ip_address{}), std::invalid_argument);
}

TEST_CASE("names resolve to the addresses given to the world, after the resolve delay") {
  sim::world_options options;
  options.resolve_delay = 30ms;
  sim::world world{1, options};
  sim::machine& machine = world.add_machine();
  auto look_up = [](io::runtime& on, std::string name) -> task<result<std::vector<pappus::ip_address>>> {
    co_return co_await on.resolve(name);
  };
  world.set_name("seed.example", {pappus::ip_address::v4(1), pappus::ip_address::v4(2)});
  world.set_name("empty.example", {});
  const auto found = world.run(look_up(machine, "seed.example"));
  CHECK(world.now() == io::time_point{30ms});
  REQUIRE(found);
  CHECK(*found == std::vector{pappus::ip_address::v4(1), pappus::ip_address::v4(2)});
  CHECK_FALSE(world.run(look_up(machine, "other.example")));
  CHECK_FALSE(world.run(look_up(machine, "empty.example")));
}

TEST_CASE("work on a worker thread takes the world's worker delay") {
  sim::world_options options;
  options.worker_delay = 250ms;
  sim::world world{1, options};
  sim::machine& machine = world.add_machine();
  auto work = [](io::runtime& on) -> task<int> {
    auto seven = [] { return 7; };
    const auto given = co_await io::offload(on, seven);
    co_return given ? *given : 0;
  };
  CHECK(world.run(work(machine)) == 7);
  CHECK(world.now() == io::time_point{250ms});
}

TEST_CASE("work waits while the workers of its machine hang, and is done in order afterwards") {
  std::vector<int> done;  // outlives the world, whose destructor waits for the last work
  sim::world world{1};
  sim::machine& machine = world.add_machine();
  sim::machine& other = world.add_machine();
  auto work = [](io::runtime& on, std::vector<int>& into, int number) -> task<void> {
    auto note = [&into, number] { into.push_back(number); };
    static_cast<void>(co_await io::offload(on, note));
  };
  machine.hang_workers(true);
  for (const int each : {1, 2}) machine.spawn(work(machine, done, each));
  other.spawn(work(other, done, 3));
  world.run_for(1h);
  CHECK(done == std::vector{3});
  machine.hang_workers(false);
  world.run_for(1s);
  CHECK(done == std::vector{3, 1, 2});
  machine.hang_workers(true);
  machine.spawn(work(machine, done, 4));
  world.run_for(1s);
}

TEST_CASE("wall clocks start at the epoch, advance with the simulated clock, and may be wrong") {
  sim::world_options options;
  options.epoch = io::wall_time{1'700'000'000s};
  sim::world world{1, options};
  sim::machine& right = world.add_machine();
  sim::machine& wrong = world.add_machine();
  wrong.set_clock_offset(-1h);
  world.run_for(90s);
  CHECK(right.runtime().wall_clock() == io::wall_time{1'700'000'090s});
  CHECK(wrong.runtime().wall_clock() == io::wall_time{1'700'000'090s - 1h});
  CHECK(wrong.runtime().now() == right.runtime().now());
}

TEST_CASE("the random numbers of a machine depend only on the seed, its index and the number of its restarts") {
  auto draw = [](std::uint64_t seed, std::size_t machines, std::size_t index) {
    sim::world world{seed};
    for (std::size_t i = 0; i != machines; ++i) world.add_machine();
    for (const auto& each : world.machines()) {
      if (each->index() != index) static_cast<void>(io::random_bits(each->runtime()));
    }
    return io::random_bits(world.machines().at(index)->runtime());
  };
  CHECK(draw(1, 1, 0) == draw(1, 9, 0));
  CHECK(draw(1, 5, 3) == draw(1, 9, 3));
  CHECK(draw(1, 5, 3) != draw(1, 5, 4));
  CHECK(draw(1, 5, 3) != draw(2, 5, 3));

  sim::world world{1};
  sim::machine& machine = world.add_machine();
  const std::uint64_t first = io::random_bits(machine);
  CHECK(first != io::random_bits(machine.restart()));
}

TEST_CASE("a process knows the default gateways that its machine is given") {
  sim::world world{1};
  sim::machine& machine = world.add_machine();
  CHECK(machine.runtime().default_gateways().empty());
  const std::vector<ip_address> gateways{ip_address::v4(0xc0a80101)};
  machine.set_default_gateways(gateways);
  CHECK(machine.runtime().default_gateways() == gateways);
}

}  // namespace world_test
