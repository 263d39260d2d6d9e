// A whole node stopped at each of its suspension points.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/child_processes.hpp>

#include <pappus/coro/live_coroutines.hpp>
#include <pappus/mix64.hpp>

#include "sweeps/leftovers.hpp"
#include "sweeps/points.hpp"
#include "sweeps/scenarios.hpp"

namespace sweeps_stops_test {

using namespace pappus;
using namespace sweeps;
using support::child_processes;

namespace {

constexpr unsigned patience = 300;  // seconds for one child, on a busy machine

std::uint64_t hash_of(const void* pointer, std::uint64_t number, const void* other = nullptr) {
  return mix64(mix64(reinterpret_cast<std::uintptr_t>(pointer) ^ number << 48) ^
               reinterpret_cast<std::uintptr_t>(other));
}

/// At which of its suspension points each coroutine is, as far as that is traced: by the operation or the coroutine
/// that it awaits, and by whether others are about to be resumed. Without a trace all points differ.
std::vector<std::uint64_t> suspension_points(const coro::ready_queue& ready, std::size_t step) {
  if (!coro::tracing) return {step};
  const auto live = coro::live_coroutines();
  std::unordered_map<std::uint64_t, const coro::coroutine_info*> awaited;
  for (const auto& each : live) awaited[each.awaited_by] = &each;
  std::vector<std::uint64_t> found;
  for (const auto& each : live) {
    const auto child = awaited.find(each.id);
    const void* const waits_for = child == awaited.end() ? each.waits_for : child->second->function;
    found.push_back(hash_of(each.function, each.line * 2 + (ready.empty() ? 0 : 1), waits_for));
  }
  return found;
}

/// Which nodes are stopped, and how.
struct stop_kind {
  const char* name;
  bool by_token;
  bool all;
};
constexpr std::array<stop_kind, 3> stop_kinds{
    {{"stop", false, false}, {"token", true, false}, {"stop of all", false, true}}};

/// What follows a stop of a scenario that was left: all ends, and nothing remains. Ends the child.
[[noreturn]] void finish(std::unique_ptr<scenario> left, const stop_kind& how, const leftovers& before) {
  std::string said;
  left->world.observe({});
  left->stop(how.by_token, how.all);
  for (const std::string& each : left->watch.all_broken()) said += each + '\n';
  left.reset();
  if (said.empty()) said = before.since();
  child_processes::end(said);
}

/// Plays a scenario up to an event, in a child, and stops it there.
[[noreturn]] void play_until(std::size_t event, const maker& make_one, const stop_kind& how) {
  const leftovers before = leftovers::now();
  auto one = make_one();
  std::size_t passed = 0;
  one->world.observe([&] {
    if (passed++ == event) throw leaves{};
  });
  try {
    one->play();
  } catch (const leaves&) {
    finish(std::move(one), how, before);
  }
  child_processes::end("it has ended before");
}

/// The same, with a stop by the application in the `call`-th call of a function of the adapter.
[[noreturn]] void play_until_told(const std::string& function, std::size_t call, const maker& make_one) {
  const leftovers before = leftovers::now();
  auto one = make_one();
  std::size_t calls = 0;
  bool stopped = false;
  one->first().on_told = [&](const char* told) {
    if (function != told || calls++ != call) return;
    one->first().stop(false);
    stopped = true;
  };
  one->world.observe([&] {
    if (stopped) throw leaves{};
  });
  try {
    one->play();
  } catch (const leaves&) {
    one->first().on_told = {};
    finish(std::move(one), stop_kinds[0], before);
  }
  child_processes::end("it was not called");
}

/// The points of a run, by the suspension points of all coroutines, and how often each function of the adapter is
/// called.
struct survey {
  explicit survey(const maker& make_one) {
    make_one()->play();  // what is made once is there afterwards
    const auto one = make_one();
    one->world.observe([&] {
      const sheltered here;
      events.add(suspension_points(one->world.ready(), events.total()));
    });
    one->first().on_told = [&](const char* function) { ++calls[function]; };
    one->play();
    broken = one->watch.all_broken();
  }

  points events;
  std::map<std::string, std::size_t> calls;
  std::vector<std::string> broken;
};

void sweep(const std::string& name, const maker& make_one, std::size_t sample) {
  const survey found{make_one};
  for (const std::string& each : found.broken) FAIL_CHECK(each);
  const std::vector<std::size_t> chosen = found.events.to_try(sample);
  child_processes children{chosen_jobs(), patience, [](const std::string& where, const std::string& said) {
                             FAIL_CHECK(where << ":\n" << said);
                           }};
  for (std::size_t i = 0; i != chosen.size(); ++i) {
    for (std::size_t kind = 0; kind != stop_kinds.size(); ++kind) {
      const stop_kind& how = stop_kinds[kind];
      if (chosen_extent() == extent::sample && kind != i % stop_kinds.size()) continue;
      if (children.start(std::string{how.name} + " at event " + std::to_string(chosen[i])))
        play_until(chosen[i], make_one, how);
    }
  }
  std::size_t calls = 0;
  for (const auto& [function, count] : found.calls) {
    const std::size_t tried = chosen_extent() == extent::all ? count : std::min(count, std::size_t{2});
    for (std::size_t call = 0; call != tried; ++call, ++calls) {
      if (children.start("stop in call " + std::to_string(call) + " of " + function))
        play_until_told(function, call, make_one);
    }
  }
  children.wait_for_all();
  MESSAGE(name << ": " << found.events.describe(chosen) << "; and " << calls << " calls of the adapter");
  CHECK(children.started() >= chosen.size());
}

}  // namespace

TEST_CASE("a node that relays is stopped at each of its suspension points") { sweep("relay", make<relay>, 150); }

TEST_CASE("a node that synchronizes is stopped at each of its suspension points") {
  sweep("synchronization", make<synchronization>, 60);
}

TEST_CASE("a node that downloads an archive is stopped at each of its suspension points") {
  sweep("archive", make<archive>, 60);
}

TEST_CASE("a node among strangers and in trouble is stopped at each of its suspension points") {
  sweep("strangers", make<strangers>, 100);
}

TEST_CASE("a node that broadcasts privately is stopped at each of its suspension points") {
  sweep("private_broadcasts", make<private_broadcasts>, 60);
}

}  // namespace sweeps_stops_test
