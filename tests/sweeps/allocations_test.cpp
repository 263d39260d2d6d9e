// Each allocation of whole nodes, SQLite's included, fails once.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <execinfo.h>
#include <sqlite3.h>
#include <support/child_processes.hpp>
#include <unistd.h>
#include <unwind.h>

#include <pappus/mix64.hpp>

#include "sweeps/leftovers.hpp"
#include "sweeps/points.hpp"
#include "sweeps/scenarios.hpp"

namespace sweeps_allocations_test {

using namespace pappus;
using namespace sweeps;
using support::child_processes;
using support::is_exposed;

namespace heap = support::heap;

namespace {

constexpr unsigned patience = 300;  // seconds for one child, on a busy machine

// SQLite's allocations

sqlite3_mem_methods usual_memory;

void* allocate_for_sqlite(int size) {
  return heap::fails != nullptr && heap::fails() ? nullptr : usual_memory.xMalloc(size);
}
void* reallocate_for_sqlite(void* memory, int size) {
  return heap::fails != nullptr && heap::fails() ? nullptr : usual_memory.xRealloc(memory, size);
}

/// Before SQLite is used.
bool watch_sqlite() {
  sqlite3_config(SQLITE_CONFIG_GETMALLOC, &usual_memory);
  sqlite3_mem_methods watched = usual_memory;
  watched.xMalloc = allocate_for_sqlite;
  watched.xRealloc = reallocate_for_sqlite;
  return sqlite3_config(SQLITE_CONFIG_MALLOC, &watched) == SQLITE_OK;
}

const bool sqlite_is_watched = watch_sqlite();

// Where an allocation is made

constexpr int depth = 24;  // innermost functions by which call stacks differ

struct walk {
  std::uint64_t hash = 0;
  int functions = 0;
};

_Unwind_Reason_Code step_out(_Unwind_Context* at, void* into) {
  walk& so_far = *static_cast<walk*>(into);
  so_far.hash = mix64(so_far.hash ^ _Unwind_GetIP(at));
  return ++so_far.functions == depth ? _URC_END_OF_STACK : _URC_NO_REASON;
}

std::uint64_t call_stack() {
  walk all;
  _Unwind_Backtrace(step_out, &all);
  return all.hash;
}

void tell_call_stack() {
  std::array<void*, 60> functions{};
  backtrace_symbols_fd(functions.data(), backtrace(functions.data(), 60), STDERR_FILENO);
}

points* surveyed = nullptr;  // while the allocations of a run are noted

bool note_allocation() {
  if (!is_exposed) return false;
  const sheltered here;
  surveyed->add(std::array{call_stack()});
  return false;
}

std::size_t left = 0;  // allocations until the one that fails
bool has_failed = false;

bool is_the_one() {
  if (!is_exposed || has_failed) return false;
  has_failed = left-- == 0;
  if (has_failed && only_point()) tell_call_stack();
  return has_failed;
}

points survey(const maker& make_one) {
  points found;
  for (const bool counts : {false, true}) {  // what is made once is there afterwards
    const auto one = make_one();
    one->world.observe([] {});
    surveyed = &found;
    if (counts) heap::fails = note_allocation;
    one->play();
    heap::fails = nullptr;
    for (const std::string& each : one->watch.all_broken()) FAIL_CHECK(each);
  }
  return found;
}

/// Leaves the scenario some time after the failure.
class leaving {
public:
  explicit leaving(const sim::world& which) : world_(which) {}
  void operator()() {
    if (!has_failed) return;
    if (!since_) since_ = world_.now();
    if (world_.now() - *since_ > 15s) throw leaves{};
  }

private:
  const sim::world& world_;
  std::optional<io::time_point> since_;
};

void check_cost(scenario& of) {
  std::uint64_t exceptions = 0;
  for (const auto& each : of.nodes) {
    if (each->is_running() && each->run().node != nullptr) exceptions += each->node().statistics().exceptions;
  }
  if (exceptions > 1) of.watch.broken("a failed allocation is one exception: " + std::to_string(exceptions));
}

/// In a child.
[[noreturn]] void play_without(std::size_t allocation, const maker& make_one) {
  coro::frame_recycler::trim();
  const leftovers before = leftovers::now();
  auto one = make_one();
  one->world.observe(leaving{one->world});
  left = allocation;
  heap::fails = is_the_one;
  try {
    one->play();
  } catch (const leaves&) {
    one->world.observe({});
    check_cost(*one);
  } catch (const std::exception& error) {
    one->watch.broken(std::string{"left by an exception: "} + error.what());
  }
  heap::fails = nullptr;
  one->world.observe({});
  if (!has_failed) one->watch.broken("there is no such allocation");
  one->recover();
  std::string said;
  for (const std::string& each : one->watch.all_broken()) said += each + '\n';
  one.reset();
  if (said.empty()) said = before.since();
  child_processes::end(said);
}

void sweep(const std::string& name, const maker& make_one, std::size_t sample) {
  const points found = survey(make_one);
  const std::vector<std::size_t> chosen = found.to_try(sample);
  child_processes children{chosen_jobs(), patience, [](const std::string& where, const std::string& said) {
                             FAIL_CHECK(where << ":\n" << said);
                           }};
  for (const std::size_t each : chosen) {
    if (children.start("allocation " + std::to_string(each))) play_without(each, make_one);
  }
  children.wait_for_all();
  MESSAGE(name << ": " << found.describe(chosen));
  CHECK(children.started() == chosen.size());
}

}  // namespace

TEST_CASE("SQLite's allocations are watched") { CHECK(sqlite_is_watched); }

TEST_CASE("each allocation of nodes that relay fails once") { sweep("relay", make<relay>, 100); }

TEST_CASE("each allocation of nodes that synchronize fails once") {
  sweep("synchronization", make<synchronization>, 60);
}

TEST_CASE("each allocation of the download of an archive fails once") { sweep("archive", make<archive>, 60); }

TEST_CASE("each allocation of a node among strangers and in trouble fails once") {
  sweep("strangers", make<strangers>, 100);
}

TEST_CASE("each allocation of a node that broadcasts privately fails once") {
  sweep("private_broadcasts", make<private_broadcasts>, 60);
}

}  // namespace sweeps_allocations_test
