// Deferred work: behind ready coroutines, within a part of the budget, and never starved.
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/coro/deferred.hpp>
#include <pappus/coro/event.hpp>
#include <pappus/coro/ready_queue.hpp>
#include <pappus/coro/yield.hpp>

#include "support/journal.hpp"
#include "support/manual_loop.hpp"

namespace coro_deferred_test {

using pappus::event;
using pappus::task;
using pappus::coro::deferred;
using pappus::coro::ready_queue;
using pappus::coro::yield;
using support::journal;
using support::manual_loop;
using support::note_after;
using support::started;

namespace {

task<void> defer_and_note(journal& into, std::string name) {
  co_await deferred();
  into.push_back(name);
}

task<void> yield_often(int times, int& left) {
  for (left = times; left != 0; --left) co_await yield();
}

/// Costs `units`, and wakes a coroutine if told so.
class work final : public ready_queue::deferred_work {
public:
  explicit work(manual_loop& on, std::size_t units = 0) noexcept : on_(on), units_(units) {}

  [[nodiscard]] int calls() const noexcept { return calls_; }
  event woken;

private:
  void run_deferred() noexcept override {
    ++calls_;
    on_.charge(units_);
    woken.set();
  }

  manual_loop& on_;
  std::size_t units_;
  int calls_ = 0;
};

int calls_of(const std::vector<std::unique_ptr<work>>& all) {
  int calls = 0;
  for (const auto& each : all) calls += each->calls();
  return calls;
}

}  // namespace

TEST_CASE("deferred work runs once no coroutine is ready, each piece in turn with what it wakes") {
  manual_loop loop;
  journal done;
  event first;
  work one{loop};
  work two{loop};
  started<void> a{loop, note_after(one.woken, done, "woken by the first")};
  started<void> b{loop, note_after(two.woken, done, "woken by the second")};
  started<void> c{loop, note_after(first, done, "ready")};
  loop.drain();
  {
    const ready_queue::turn callback{loop};
    loop.defer(one);
    loop.defer(two);
    loop.defer(one);
    first.set();
  }
  CHECK(done == journal{"ready", "woken by the first", "woken by the second"});
  CHECK(one.calls() == 1);
}

TEST_CASE("deferred work outside a turn requests a turn") {
  manual_loop loop;
  work one{loop};
  loop.defer(one);
  CHECK(loop.wakes() == 1);
  CHECK_FALSE(loop.empty());
  loop.run();
  CHECK(one.calls() == 1);
  CHECK(loop.empty());
}

TEST_CASE("canceled deferred work does not run, nor does what is destroyed") {
  manual_loop loop;
  work one{loop};
  {
    work two{loop};
    loop.defer(two);
  }
  loop.defer(one);
  CHECK(one.is_deferred());
  one.cancel_deferred();
  CHECK_FALSE(one.is_deferred());
  loop.run();
  CHECK(one.calls() == 0);
}

TEST_CASE("deferred work takes a part of the budget, and the rest of it waits for the next turn") {
  manual_loop loop;
  constexpr std::size_t cost = ready_queue::deferred_budget / 50;
  std::vector<std::unique_ptr<work>> all;
  for (int i = 0; i != 100; ++i) loop.defer(*all.emplace_back(std::make_unique<work>(loop, cost)));
  loop.refill();
  loop.run();
  CHECK(calls_of(all) >= 40);
  CHECK(calls_of(all) <= 50);
  CHECK_FALSE(loop.exhausted());
  const std::size_t before = loop.wakes();
  loop.run();
  CHECK(loop.wakes() == before + 1);
  CHECK(calls_of(all) <= 50);

  journal done;
  event ready;
  started<void> waiting{loop, note_after(ready, done, "ready")};
  loop.refill();
  loop.run();
  ready.set();
  loop.run();
  CHECK(done == journal{"ready"});
  loop.refill();
  loop.run();
  CHECK(calls_of(all) == 100);
}

TEST_CASE("coroutines that are always ready do not starve deferred work") {
  manual_loop loop;
  int left = 0;
  started<void> busy{loop, yield_often(1'000, left)};
  std::vector<std::unique_ptr<work>> all;
  for (std::size_t i = 0; i != 2 * ready_queue::min_deferred; ++i)
    loop.defer(*all.emplace_back(std::make_unique<work>(loop)));
  for (std::size_t turns = 1; turns != 3; ++turns) {
    loop.refill(10);
    loop.run();
    CHECK(calls_of(all) == static_cast<int>(turns * ready_queue::min_deferred));
  }
  CHECK(left > 900);
}

TEST_CASE("a coroutine can wait as deferred work does; a stop ends the wait at once") {
  manual_loop loop;
  journal done;
  event ready;
  started<void> first{loop, defer_and_note(done, "deferred")};
  started<void> other{loop, note_after(ready, done, "ready")};
  ready.set();
  loop.run();
  CHECK(done == journal{"ready", "deferred"});

  started<void> stopped{loop, defer_and_note(done, "stopped")};
  loop.refill(1);
  loop.run();  // it begins to wait, and the budget is spent
  stopped.request_stop();
  loop.drain();
  CHECK(stopped.ended());
}

}  // namespace coro_deferred_test
