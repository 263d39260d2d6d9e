// The list of live coroutines in trace builds.
#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/coro/channel.hpp>
#include <pappus/coro/event.hpp>
#include <pappus/coro/live_coroutines.hpp>
#include <pappus/coro/scope.hpp>
#include <pappus/coro/yield.hpp>

#include "support/manual_loop.hpp"

namespace live_coroutines_test {

using pappus::channel;
using pappus::event;
using pappus::result;
using pappus::scope;
using pappus::task;
using pappus::coro::coroutine_info;
using pappus::coro::describe_live_coroutines;
using pappus::coro::live_coroutines;
using pappus::coro::tracing;
using support::manual_loop;
using support::started;

namespace {

task<result<void>> wait_for_event(event& awaited) { co_return co_await awaited.wait(); }
task<result<void>> ask_for_event(event& awaited) { co_return co_await wait_for_event(awaited); }

task<result<int>> wait_for_value(channel<int>& from) { co_return co_await from.receive(); }
task<result<void>> wait_for_room(channel<int>& into) {
  static_cast<void>(co_await into.send(1));
  co_return co_await into.send(2);
}

task<void> pass_turns() {
  for (int i = 0; i != 3; ++i) co_await pappus::coro::yield();
}

/// The live coroutine of a function; null if there is none.
std::unique_ptr<coroutine_info> entry_of(const std::string& function) {
  const std::vector<coroutine_info> live = live_coroutines();
  const auto found = std::find_if(live.begin(), live.end(), [&](const coroutine_info& each) {
    return std::string{each.function}.find(function) != std::string::npos;
  });
  return found == live.end() ? nullptr : std::make_unique<coroutine_info>(*found);
}

std::string wait_of(const std::string& function) {
  const auto entry = entry_of(function);
  return entry ? entry->waits_for : "(not there)";
}

}  // namespace

TEST_CASE("without tracing the list is empty" * doctest::skip(tracing)) {
  manual_loop loop;
  event never;
  started<result<void>> job{loop, wait_for_event(never)};
  loop.drain();
  CHECK(live_coroutines().empty());
  CHECK(describe_live_coroutines().empty());
}

TEST_CASE("every live coroutine is listed, and no other" * doctest::skip(!tracing)) {
  CHECK(live_coroutines().empty());
  {
    manual_loop loop;
    event never;
    task<result<void>> unstarted = wait_for_event(never);
    CHECK(live_coroutines().size() == 1);
    started<result<void>> job{loop, ask_for_event(never)};
    CHECK(live_coroutines().size() > 2);
  }
  CHECK(live_coroutines().empty());
}

TEST_CASE("an entry has the function, the operation it awaits, and its awaiter" * doctest::skip(!tracing)) {
  manual_loop loop;
  event never;
  started<result<void>> job{loop, ask_for_event(never)};
  loop.drain();
  const auto asking = entry_of("ask_for_event");
  const auto waiting = entry_of("wait_for_event");
  REQUIRE(asking);
  REQUIRE(waiting);
  CHECK(asking->line != 0);
  CHECK(waiting->line != 0);
  CHECK(std::string{asking->waits_for}.empty());
  CHECK(std::string{waiting->waits_for} == "event");
  CHECK(waiting->awaited_by == asking->id);
  CHECK(waiting->id > asking->id);

  const std::string text = describe_live_coroutines();
  CHECK(text.find("awaited by #" + std::to_string(asking->id) + " waits for event\n") != std::string::npos);
  CHECK(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) == live_coroutines().size());
}

TEST_CASE("every kind of wait has a name" * doctest::skip(!tracing)) {
  manual_loop loop;
  event never;
  channel<int> empty{1};
  channel<int> full{1};
  started<result<int>> receiver{loop, wait_for_value(empty)};
  started<result<void>> sender{loop, wait_for_room(full)};
  const auto body = [](scope& within, event* awaited) -> task<void> {
    within.spawn(wait_for_event(*awaited));
    co_return;
  };
  started<void> joining{loop, pappus::with_scope(body, &never)};
  loop.drain();
  CHECK(wait_of("wait_for_value") == "channel: a value");
  CHECK(wait_of("wait_for_room") == "channel: room");
  CHECK(wait_of("run_scope") == "scope: its children");
}

TEST_CASE("a coroutine that is ready or running awaits nothing" * doctest::skip(!tracing)) {
  manual_loop loop;
  event awaited;
  started<result<void>> job{loop, wait_for_event(awaited)};
  started<void> passing{loop, pass_turns()};
  loop.step();
  loop.step();
  CHECK(wait_of("wait_for_event") == "event");
  CHECK(wait_of("pass_turns").empty());
  awaited.set();
  CHECK(wait_of("wait_for_event").empty());
}

}  // namespace live_coroutines_test
