// Benchmarks of the lowest layer: awaiting a task, timers, and the simulator's events.
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include <pappus/coro/scope.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/io/timer_wheel.hpp>
#include <pappus/sim/random.hpp>
#include <pappus/sim/world.hpp>
#include <pappus/uv/loop.hpp>

namespace {

using namespace pappus;

task<std::uint64_t> next_number(std::uint64_t number) { co_return number + 1; }

task<std::uint64_t> await_many(std::int64_t times) {
  std::uint64_t number = 0;
  for (std::int64_t i = 0; i != times; ++i) number = co_await next_number(number);
  co_return number;
}

[[gnu::noinline]] std::uint64_t call_next_number(std::uint64_t number) { return number + 1; }

/// A task that completes at once, awaited a million times.
void await_a_completed_task(benchmark::State& state) {
  constexpr std::int64_t times = 1'000'000;
  uv::loop loop;
  for (auto _ : state) benchmark::DoNotOptimize(loop.run(await_many(times)));
  state.SetItemsProcessed(state.iterations() * times);
}

/// Lower bound for `await_a_completed_task`: a call that is not inlined.
void call_a_function(benchmark::State& state) {
  constexpr std::int64_t times = 1'000'000;
  for (auto _ : state) {
    std::uint64_t number = 0;
    for (std::int64_t i = 0; i != times; ++i) number = call_next_number(number);
    benchmark::DoNotOptimize(number);
  }
  state.SetItemsProcessed(state.iterations() * times);
}

class wheel final : public io::timer_wheel {
  void earliest_changed() noexcept override {}
};

class counting_timer final : public io::timer_node {
public:
  explicit counting_timer(std::size_t& count) noexcept : count_(count) {}

private:
  void on_timer() noexcept override { ++count_; }
  std::size_t& count_;
};

/// Arms a million timers for random times within an hour, then expires them in order.
void arm_and_expire_timers(benchmark::State& state) {
  constexpr std::size_t timers = 1'000'000;
  std::size_t fired = 0;
  std::vector<std::unique_ptr<counting_timer>> all;
  for (std::size_t i = 0; i != timers; ++i) all.push_back(std::make_unique<counting_timer>(fired));
  sim::xoshiro256 chance{1};
  wheel armed;
  io::time_point now{};
  for (auto _ : state) {
    for (const auto& each : all) {
      armed.arm(*each, now + io::duration{sim::uniform_below(chance, 3'600'000'000'000)});
    }
    now += std::chrono::hours{1};
    armed.expire(now);
  }
  if (fired != timers * static_cast<std::size_t>(state.iterations())) state.SkipWithError("not every timer fired");
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(timers));
}

task<void> bounce(io::stream_ptr over, std::int64_t times) {
  std::array<std::byte, 64> ball{};
  for (std::int64_t i = 0; i != times; ++i) {
    const auto thrown = co_await over->write_all(ball);
    if (!thrown) co_return;
    const auto caught = co_await over->read_exact(ball);
    if (!caught) co_return;
  }
}

task<void> serve(io::listener* at, std::int64_t times) {
  auto accepted = co_await at->accept();
  if (accepted) co_await bounce(std::move(*accepted), times);
}

task<void> dial(sim::machine* from, io::endpoint to, std::int64_t times) {
  auto dialed = co_await from->runtime().connect(to);
  if (dialed) co_await bounce(std::move(*dialed), times);
}

/// One connection in each of a hundred pairs of simulated machines, with messages under way in both directions.
void simulate(benchmark::State& state) {
  constexpr std::int64_t round_trips = 100;
  std::uint64_t events = 0;
  for (auto _ : state) {
    sim::world world{1};
    std::vector<io::listener_ptr> listeners;
    for (int pair = 0; pair != 100; ++pair) {
      sim::machine& server = world.add_machine();
      sim::machine& client = world.add_machine();
      const io::endpoint where{server.address(), 1000};
      auto listener = server.runtime().listen(where);
      server.spawn(serve(listener->get(), round_trips));
      client.spawn(dial(&client, where, round_trips));
      listeners.push_back(std::move(*listener));
    }
    world.run();
    events += world.events();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
}

BENCHMARK(call_a_function)->Unit(benchmark::kMillisecond);
BENCHMARK(await_a_completed_task)->Unit(benchmark::kMillisecond);
BENCHMARK(arm_and_expire_timers)->Unit(benchmark::kMillisecond);
BENCHMARK(simulate)->Unit(benchmark::kMillisecond);

}  // namespace
