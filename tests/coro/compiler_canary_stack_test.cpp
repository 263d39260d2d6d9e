// Compiler faults: stack use of symmetric transfer (g++ 12 below -O2 and under sanitizers), and loops of awaits that
// clang 14 cannot compile at -O2. Other faults, which compilers reject at once, need no test.
#include <coroutine>
#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include <pappus/coro/channel.hpp>
#include <pappus/coro/event.hpp>
#include <pappus/coro/scope.hpp>
#include <pappus/coro/yield.hpp>

#include "support/death.hpp"
#include "support/manual_loop.hpp"

namespace compiler_canary_stack_test {

using pappus::channel;
using pappus::event;
using pappus::task;
using pappus::coro::yield;
using support::manual_loop;
using support::started;

namespace {

constexpr int million = 1'000'000;

/// A task that starts its child and continues its parent by symmetric transfer.
class textbook_task {
public:
  class promise_type {
  public:
    textbook_task get_return_object() noexcept { return textbook_task{*this}; }
    static std::suspend_always initial_suspend() noexcept { return {}; }
    struct final_awaiter {
      static bool await_ready() noexcept { return false; }
      static std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> ended) noexcept {
        return ended.promise().parent;
      }
      static void await_resume() noexcept {}
    };
    static final_awaiter final_suspend() noexcept { return {}; }
    static void return_void() noexcept {}
    static void unhandled_exception() noexcept { std::terminate(); }

    std::coroutine_handle<> parent = std::noop_coroutine();
  };

  textbook_task(textbook_task&& other) noexcept : child_(std::exchange(other.child_, nullptr)) {}
  textbook_task& operator=(textbook_task&&) = delete;
  ~textbook_task() {
    if (child_) child_.destroy();
  }

  static bool await_ready() noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> parent) noexcept {
    child_.promise().parent = parent;
    return child_;
  }
  static void await_resume() noexcept {}
  void run() const { child_.resume(); }

private:
  explicit textbook_task(promise_type& promise) noexcept
      : child_(std::coroutine_handle<promise_type>::from_promise(promise)) {}

  std::coroutine_handle<promise_type> child_;
};

textbook_task do_nothing() { co_return; }
textbook_task do_nothing_often() {
  for (int i = 0; i != million; ++i) co_await do_nothing();
}

task<int> give(int value) { co_return value; }
task<std::string> give_text(int length) { co_return std::string(static_cast<std::size_t>(length), 'x'); }
task<void> give_nothing() { co_return; }
task<int> give_nested(int value) {
  const int given = co_await give(value);
  const int again = co_await give(given);
  co_return again;
}

task<long> add_up(bool suspend_first) {
  if (suspend_first) co_await yield();
  long sum = 0;
  for (int i = 0; i != million; ++i) sum += co_await give(1);
  co_return sum;
}

/// Changed by the leaf operations of the loops below after a few rounds.
struct countdown {
  bool open = true;
  int rounds = 10;
  void tick() noexcept { open = --rounds > 0; }
  [[nodiscard]] bool goes_on() const noexcept { return open; }
};

// One wait of each kind; none ends a loop, `rounds` does.
struct wait_for_event {
  auto operator()() {
    counted.tick();
    return awaited.wait();
  }
  void poke() {
    awaited.set();
    awaited.reset();
  }
  countdown counted;
  event awaited;
};
struct wait_for_value {
  auto operator()() {
    counted.tick();
    return values.receive();
  }
  void poke() {
    int value = 1;
    static_cast<void>(values.try_send(value));
  }
  countdown counted;
  channel<int> values{1};
};
struct wait_for_room {
  auto operator()() {
    counted.tick();
    return values.send(1);
  }
  void poke() { static_cast<void>(values.try_receive()); }
  countdown counted;
  channel<int> values{1};
};
struct let_others_run {
  auto operator()() {
    counted.tick();
    return yield();
  }
  void poke() {}
  countdown counted;
};
struct await_task {
  auto operator()() {
    counted.tick();
    return give(1);
  }
  void poke() {}
  countdown counted;
};
struct open_scope {
  auto operator()() {
    counted.tick();
    const auto body = [](pappus::scope& within) -> task<void> {
      within.spawn(give_nothing());
      co_return;
    };
    return pappus::with_scope(body);
  }
  void poke() {}
  countdown counted;
};

/// Loops that compilers were seen to compile wrongly.
template <class Leaf>
class loops {
public:
  task<void> over_member() {
    while (leaf_.counted.open) static_cast<void>(co_await leaf_());
  }
  static task<void> over_parameter(Leaf& leaf, countdown& counted) {
    while (counted.open) static_cast<void>(co_await leaf());
  }
  task<void> over_call() {
    while (leaf_.counted.goes_on()) static_cast<void>(co_await leaf_());
  }
  task<void> with_break() {
    for (;;) {
      if (!leaf_.counted.open) break;
      static_cast<void>(co_await leaf_());
    }
  }
  task<void> with_return() {
    for (;;) {
      if (!leaf_.counted.open) co_return;
      static_cast<void>(co_await leaf_());
    }
  }
  task<void> twice() {
    static_cast<void>(co_await leaf_());
    while (leaf_.counted.open) {
      static_cast<void>(co_await leaf_());
      static_cast<void>(co_await leaf_());
    }
  }
  task<void> with_owner() {
    while (leaf_.counted.open) {
      const auto owned = std::make_unique<int>(1);
      static_cast<void>(co_await leaf_());
      static_cast<void>(co_await give(*owned));
    }
  }

  /// The number of loops that ended after the right number of rounds.
  int run_all() {
    return run([](loops& self) { return self.over_member(); }) +
           run([](loops& self) { return over_parameter(self.leaf_, self.leaf_.counted); }) +
           run([](loops& self) { return self.over_call(); }) + run([](loops& self) { return self.with_break(); }) +
           run([](loops& self) { return self.with_return(); }) + run([](loops& self) { return self.twice(); }) +
           run([](loops& self) { return self.with_owner(); });
  }

private:
  template <class Loop>
  int run(Loop loop) {
    leaf_.counted = countdown{};
    manual_loop runner;
    started<void> job{runner, loop(*this)};
    for (int i = 0; i != 100 && !job.ended(); ++i) {
      runner.drain();
      leaf_.poke();
    }
    return job.ended() && leaf_.counted.rounds <= 0 ? 1 : 0;
  }

  Leaf leaf_;
};

}  // namespace

TEST_CASE("a million awaits that complete at once need no more stack than one") {
  if (support::can_fork && support::status_of([] { do_nothing_often().run(); }) != 0) {
    MESSAGE("this build overflows the stack on a million symmetric transfers");
  }
  manual_loop loop;
  CHECK(loop.run(add_up(false)) == million);
}

TEST_CASE("a million awaits that complete at once need no more stack after a suspension either") {
  manual_loop loop;
  CHECK(loop.run(add_up(true)) == million);
}

TEST_CASE("a million awaits complete at once for every kind of task") {
  manual_loop loop;
  const auto main = []() -> task<std::size_t> {
    std::size_t sum = 0;
    for (int i = 0; i != million; ++i) {
      co_await give_nothing();
      const std::string text = co_await give_text(40);
      sum += text.size();
      sum += static_cast<std::size_t>(co_await give_nested(1));
    }
    co_return sum;
  };
  CHECK(loop.run(main()) == std::size_t{41} * million);
}

TEST_CASE("a million waits that need not suspend need no more stack than one") {
  manual_loop loop;
  const auto main = []() -> task<int> {
    event ready;
    ready.set();
    channel<int> values{1};
    int sum = 0;
    for (int i = 0; i != million; ++i) {
      static_cast<void>(co_await ready.wait());
      static_cast<void>(co_await values.send(1));
      const auto value = co_await values.receive();
      sum += *value;
    }
    co_return sum;
  };
  CHECK(loop.run(main()) == million);
}

TEST_CASE("a hundred thousand awaits that suspend need no more stack than one") {
  manual_loop loop;
  const auto later = []() -> task<int> {
    co_await yield();
    co_return 1;
  };
  const auto main = [](auto child) -> task<int> {
    int sum = 0;
    for (int i = 0; i != 100'000; ++i) sum += co_await child();
    co_return sum;
  };
  CHECK(loop.run(main(later)) == 100'000);
}

TEST_CASE("loops around every kind of wait compile and run") {
  CHECK(loops<wait_for_event>{}.run_all() == 7);
  CHECK(loops<wait_for_value>{}.run_all() == 7);
  CHECK(loops<wait_for_room>{}.run_all() == 7);
  CHECK(loops<let_others_run>{}.run_all() == 7);
  CHECK(loops<await_task>{}.run_all() == 7);
  CHECK(loops<open_scope>{}.run_all() == 7);
}

}  // namespace compiler_canary_stack_test
