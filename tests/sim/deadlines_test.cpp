// A world with durations and times at the ends of their ranges.
#include <stdexcept>

#include <pappus/coro/yield.hpp>
#include <pappus/io/offload.hpp>
#include <pappus/io/timeout.hpp>

#include "../support/extremes.hpp"
#include "support.hpp"

namespace deadlines_test {

using namespace pappus;
using namespace support;

namespace {

using addresses = std::vector<pappus::ip_address>;

task<result<addresses>> look_up(io::runtime& on) { co_return co_await on.resolve("localhost"); }

task<result<void>> work(io::runtime& on) {
  auto nothing = [] {};
  PAPPUS_CO_TRY_DISCARD(co_await io::offload(on, nothing));
  co_return result<void>{};
}

task<void> spin(io::runtime& on, int& turns) {
  for (;;) {
    const auto slept = co_await io::sleep_for(on, 0s);
    if (!slept) co_return;
    ++turns;
  }
}

task<void> set_after(io::runtime& on, io::duration time, bool& flag) {
  const auto slept = co_await io::sleep_for(on, time);
  flag = slept.has_value();
}

constexpr io::endpoint nowhere{pappus::ip_address::v4(0x08080808), 1};

/// The results within an hour of a connect, a resolve and work in a world with these options.
struct outcome {
  std::error_code dialed;
  std::error_code looked_up;
  std::error_code worked;
  io::duration took;
};

template <class T>
std::error_code error_of(const result<T>& given) {
  return given ? std::error_code{} : given.error();
}

outcome try_all(const sim::world_options& options) {
  sim::world world{1, options};
  sim::machine& machine = world.add_machine();
  outcome all;
  all.dialed = error_of(world.run(io::with_timeout(machine, 1h, dial(machine, nowhere))));
  all.looked_up = error_of(world.run(io::with_timeout(machine, 1h, look_up(machine))));
  all.worked = error_of(world.run(io::with_timeout(machine, 1h, work(machine))));
  all.took = world.now().time_since_epoch();
  return all;
}

}  // namespace

TEST_CASE("delays of a world may be zero or negative") {
  for (const io::duration each : no_time_at_all()) {
    sim::world_options options;
    options.connect_timeout = options.resolve_delay = options.worker_delay = each;
    const outcome all = try_all(options);
    CHECK(all.dialed == std::errc::timed_out);
    CHECK(all.looked_up == std::error_code{});
    CHECK(all.worked == std::error_code{});
    CHECK(all.took == 0s);
  }
}

TEST_CASE("delays of a world may be infinite") {
  for (const io::duration each : for_ever()) {
    sim::world_options options;
    options.connect_timeout = options.resolve_delay = options.worker_delay = each;
    const outcome all = try_all(options);
    CHECK(all.dialed == make_error_code(errc::timed_out));
    CHECK(all.looked_up == make_error_code(errc::timed_out));
    CHECK(all.worked == make_error_code(errc::timed_out));
    CHECK(all.took == 3h);
  }
}

TEST_CASE("a link with a negative latency, or with too long a jitter, is an error") {
  sim::world world{1};
  sim::machine& one = world.add_machine();
  sim::machine& other = world.add_machine();
  const auto is_refused = [&](const sim::link& properties) {
    CHECK_THROWS_AS(world.set_link(one, other, properties), std::invalid_argument);
    CHECK_THROWS_AS(world.set_link_one_way(one, other, properties), std::invalid_argument);
    sim::world_options between;
    between.default_link = properties;
    CHECK_THROWS_AS((sim::world{1, between}), std::invalid_argument);
    sim::world_options loopback;
    loopback.loopback = properties;
    CHECK_THROWS_AS((sim::world{1, loopback}), std::invalid_argument);
  };
  for (const io::duration each : no_time_at_all()) {
    if (each == 0s) continue;
    is_refused({each});
    is_refused({1ms, each});
  }
  for (const io::duration each : for_ever()) is_refused({1ms, each});
  is_refused({1ms, sim::max_jitter_mean + 1ns});
  world.set_link(one, other, {0s, 0s});
  world.set_link(one, other, {0s, sim::max_jitter_mean});
}

TEST_CASE("on a link without latency messages arrive at once, and with infinite latency never") {
  {
    connected_machines pair{{0s}};
    CHECK(pair.world.run(write(*pair.client, text("x"))));
    CHECK(*pair.world.run(read(*pair.server)) == "x");
    CHECK(pair.world.now() == io::time_point{});
  }
  for (const auto shape : {sim::jitter_distribution::even, sim::jitter_distribution::long_tailed}) {
    for (const io::duration each : for_ever()) {
      connected_machines pair;
      pair.world.set_link(pair.client_machine, pair.server_machine, {each, 1h, shape});
      CHECK(pair.world.run(write(*pair.client, text("x"))));
      CHECK(silent(pair.world, *pair.server));
    }
  }
}

TEST_CASE("a world runs for no time or until no event is left, and its clock neither steps back nor overflows") {
  bool slept = false;
  bool slept_again = false;
  sim::world world{1};
  sim::machine& machine = world.add_machine();
  world.run_for(5s);
  machine.spawn(set_after(machine, 1h, slept));
  for (const io::duration each : no_time_at_all()) world.run_for(each);
  for (const io::time_point each : passed_at(world.now())) world.run_until(each);
  CHECK(world.now() == io::time_point{5s});
  CHECK_FALSE(slept);
  world.run_for(io::duration::max());
  CHECK(slept);
  CHECK(world.now() == io::time_point{5s + 1h});
  world.run_until(io::never);
  CHECK(world.now() == io::time_point{5s + 1h});
  world.run_until(io::never - 1ns);
  CHECK(world.now() == io::never - 1ns);
  machine.spawn(set_after(machine, 1h, slept_again));
  world.run_for(io::duration::max());
  CHECK_FALSE(slept_again);
}

TEST_CASE("wall clocks saturate at the ends of their range") {
  sim::world_options options;
  for (const io::wall_time epoch : {io::wall_time::min(), io::wall_time{}, io::wall_time::max()}) {
    options.epoch = epoch;
    sim::world world{1, options};
    sim::machine& machine = world.add_machine();
    world.run_for(10s);
    for (const io::duration each : no_time_at_all()) {
      machine.set_clock_offset(each);
      CHECK(machine.runtime().wall_clock() <= io::saturating_add(epoch, 10s));
    }
    for (const io::duration each : for_ever()) {
      machine.set_clock_offset(each);
      CHECK(machine.runtime().wall_clock() >= io::saturating_add(epoch, 10s));
    }
  }
}

TEST_CASE("a task that only takes short sleeps delays neither other tasks nor the end of a run") {
  sim::world world{1};
  sim::machine& machine = world.add_machine();
  int turns = 0;
  bool slept = false;
  machine.spawn(spin(machine, turns));
  machine.spawn(set_after(machine, 5ms, slept));
  world.run_for(10ms);
  CHECK(slept);
  CHECK(turns > 900'000);
  CHECK(world.now() == io::time_point{10ms});
  world.run_for(1ms);
  CHECK(world.now() == io::time_point{11ms});
  machine.runtime().request_stop();
  world.run_for(1s);
  CHECK(machine.runtime().tasks() == 0);
  CHECK(world.now() == io::time_point{1011ms});
}

TEST_CASE("a task that only yields delays neither other tasks nor the end of a run") {
  sim::world world{1};
  sim::machine& machine = world.add_machine();
  auto yield_until = [](const bool& flag) -> task<void> {
    while (!flag) co_await coro::yield();
  };
  bool slept = false;
  machine.spawn(yield_until(slept));
  machine.spawn(set_after(machine, 5ms, slept));
  world.run();
  CHECK(slept);
}

}  // namespace deadlines_test
