// The ready queue: turns, their order and their budget.
#include <cstddef>
#include <string>

#include <doctest/doctest.h>

#include <pappus/coro/budget.hpp>
#include <pappus/coro/event.hpp>
#include <pappus/coro/ready_queue.hpp>
#include <pappus/coro/yield.hpp>

#include "support/journal.hpp"
#include "support/manual_loop.hpp"

namespace ready_queue_test {

using pappus::event;
using pappus::task;
using pappus::coro::consume_budget;
using pappus::coro::ready_queue;
using pappus::coro::yield;
using support::journal;
using support::manual_loop;
using support::note_after;
using support::started;

namespace {

task<void> note(journal& into, std::string name) {
  into.push_back(name);
  co_return;
}

task<void> count(int& counter, int times) {
  for (int i = 0; i != times; ++i) {
    ++counter;
    co_await yield();
  }
}

task<void> set_and_note(event& awaited, journal& into) {
  into.push_back("sets");
  awaited.set();
  into.push_back("has set");
  co_return;
}

/// Wakes coroutines as an I/O callback does, while a coroutine runs.
task<void> set_in_nested_turn(manual_loop& loop, event& awaited, journal& into) {
  {
    const ready_queue::turn nested{loop};
    awaited.set();
  }
  into.push_back("nested turn over");
  co_return;
}

}  // namespace

TEST_CASE("a coroutine that becomes ready outside a turn requests a turn and waits for it") {
  manual_loop loop;
  journal done;
  started<void> job{loop, note(done, "ran")};
  CHECK(loop.wakes() == 1);
  CHECK(done.empty());
  CHECK_FALSE(loop.empty());
  loop.run();
  CHECK(done == journal{"ran"});
  CHECK(loop.empty());
  CHECK(loop.wakes() == 1);
}

TEST_CASE("coroutines are resumed one by one, in their order, as long as there is budget, and no turn is requested") {
  manual_loop loop;
  journal done;
  started<void> one{loop, note(done, "one")};
  started<void> other{loop, note(done, "other")};
  const std::size_t wakes = loop.wakes();
  loop.refill(ready_queue::resume_cost);
  CHECK(loop.run_one());
  CHECK(done == journal{"one"});
  CHECK_FALSE(loop.run_one());  // the budget is spent
  CHECK(loop.wakes() == wakes);
  loop.refill();
  CHECK(loop.run_one());
  CHECK(done == journal{"one", "other"});
  CHECK_FALSE(loop.run_one());
}

TEST_CASE("a coroutine that becomes ready in a turn runs at its end, and requests no other turn") {
  manual_loop loop;
  journal done;
  event awaited;
  started<void> job{loop, note_after(awaited, done, "woken")};
  loop.drain();
  const std::size_t before = loop.wakes();
  {
    const ready_queue::turn callback{loop};
    awaited.set();
    done.push_back("callback ends");
  }
  CHECK(done == journal{"callback ends", "woken"});
  CHECK(loop.wakes() == before);
}

TEST_CASE("of nested turns only the outermost resumes ready coroutines") {
  manual_loop loop;
  journal done;
  event awaited;
  started<void> job{loop, note_after(awaited, done, "woken")};
  loop.drain();
  {
    const ready_queue::turn outer{loop};
    {
      const ready_queue::turn inner{loop};
      awaited.set();
    }
    done.push_back("inner turn over");
  }
  CHECK(done == journal{"inner turn over", "woken"});
}

TEST_CASE("a coroutine that wakes another is not interrupted by it") {
  manual_loop loop;
  journal done;
  event awaited;
  started<void> waiting{loop, note_after(awaited, done, "woken")};
  loop.drain();
  started<void> setting{loop, set_and_note(awaited, done)};
  loop.drain();
  CHECK(done == journal{"sets", "has set", "woken"});
}

TEST_CASE("a turn inside a running coroutine resumes no other coroutine on its stack") {
  manual_loop loop;
  journal done;
  event awaited;
  started<void> waiting{loop, note_after(awaited, done, "woken")};
  loop.drain();
  started<void> setting{loop, set_in_nested_turn(loop, awaited, done)};
  loop.drain();
  CHECK(done == journal{"nested turn over", "woken"});
}

TEST_CASE("coroutines run in the order in which they became ready") {
  manual_loop loop;
  journal done;
  event first;
  event second;
  started<void> a{loop, note_after(second, done, "a")};
  started<void> b{loop, note_after(first, done, "b")};
  started<void> c{loop, note_after(second, done, "c")};
  loop.drain();
  first.set();
  second.set();
  loop.drain();
  CHECK(done == journal{"b", "a", "c"});
}

TEST_CASE("a turn resumes no more coroutines than its budget, and requests another turn for the rest") {
  manual_loop loop;
  int counter = 0;
  started<void> job{loop, count(counter, 5)};
  const std::size_t before = loop.wakes();
  loop.refill(3);
  CHECK(loop.run() == 3);
  CHECK(counter == 3);
  CHECK(loop.wakes() == before + 1);
  CHECK(loop.run() == 0);
  CHECK(counter == 3);
  CHECK(loop.wakes() == before + 2);
  loop.refill(3);
  CHECK(loop.run() == 3);
  CHECK(counter == 5);
  CHECK(job.ended());
  CHECK(loop.wakes() == before + 2);
}

TEST_CASE("a coroutine that is always ready does not prolong a turn") {
  manual_loop loop;
  int counter = 0;
  constexpr int many = 3 * static_cast<int>(ready_queue::default_budget);
  event begin;
  const auto main = [](event& awaited, int& counted, int times) -> task<void> {
    static_cast<void>(co_await awaited.wait());
    co_await count(counted, times);
  };
  started<void> job{loop, main(begin, counter, many)};
  loop.drain();
  const std::size_t before = loop.wakes();
  loop.refill();
  {
    const ready_queue::turn callback{loop};
    begin.set();
  }
  CHECK(counter == static_cast<int>(ready_queue::default_budget));
  CHECK(loop.wakes() == before + 1);
  loop.drain();
  CHECK(counter == many);
}

TEST_CASE("charged work leaves fewer resumptions; all turns until the next refill share one budget") {
  manual_loop loop;
  int counter = 0;
  started<void> job{loop, count(counter, 10)};
  loop.drain();
  started<void> other{loop, count(counter, 10)};
  counter = 0;
  loop.refill(5);
  loop.charge(2);
  CHECK(loop.remaining() == 3);
  { const ready_queue::turn first{loop}; }
  CHECK(counter == 3);
  CHECK(loop.exhausted());
  { const ready_queue::turn second{loop}; }
  CHECK(counter == 3);
  loop.charge(1'000);
  CHECK(loop.remaining() == 0);
  loop.refill(5);
  loop.run();
  CHECK(counter == 8);
}

TEST_CASE("a coroutine that yields goes on at once while there is budget, and then behind the ready coroutines") {
  manual_loop loop;
  journal done;
  event begin;
  const auto works = [](event& awaited, journal& into) -> task<void> {
    static_cast<void>(co_await awaited.wait());
    for (int i = 0; i != 4; ++i) {
      co_await consume_budget(10);
      into.push_back("piece");
    }
  };
  started<void> job{loop, works(begin, done)};
  loop.drain();
  event other;
  started<void> waiting{loop, note_after(other, done, "another")};
  loop.drain();
  loop.refill(20);
  {
    const ready_queue::turn callback{loop};
    begin.set();
    other.set();
  }
  CHECK(done == journal{"piece", "piece"});
  loop.refill(20);
  loop.run();
  CHECK(done == journal{"piece", "piece", "another", "piece", "piece"});
  CHECK(job.ended());
}

}  // namespace ready_queue_test
