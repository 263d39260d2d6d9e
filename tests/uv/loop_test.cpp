// A libuv loop, alone or on a uv_loop_t of the application.
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <uv.h>

#include <pappus/coro/event.hpp>
#include <pappus/coro/scope.hpp>
#include <pappus/coro/when_all.hpp>
#include <pappus/coro/yield.hpp>
#include <pappus/io/offload.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/io/transport.hpp>
#include <pappus/uv/loop.hpp>

#include "../support/extremes.hpp"

namespace loop_test {

using namespace pappus;
using namespace std::chrono_literals;

namespace {

task<int> answer() { co_return 42; }

task<int> fail() {
  throw std::runtime_error("no answer");
  co_return 0;
}

task<void> sleep_and_count(io::runtime* on, int* count, bool* stopped) {
  for (;;) {
    const auto slept = co_await io::sleep_for(*on, 1ms);
    if (!slept) break;
    ++*count;
  }
  *stopped = true;
}

task<void> wait_for(event* there, int* woken) {
  const auto waited = co_await there->wait();
  if (waited) ++*woken;
}

void spin(std::chrono::milliseconds length) {
  const auto end = std::chrono::steady_clock::now() + length;
  while (std::chrono::steady_clock::now() < end) {
  }
}

task<void> set_and_yield(event* there) {
  there->set();
  co_await coro::yield();
}

}  // namespace

TEST_CASE("run returns the result of its task and rethrows its exception") {
  uv::loop loop;
  CHECK(loop.run(answer()) == 42);
  CHECK_THROWS_WITH(loop.run(fail()), "no answer");
  CHECK(loop.run(answer()) == 42);
}

TEST_CASE("the loop's destructor stops spawned tasks and waits for them") {
  int count = 0;
  bool stopped = false;
  {
    uv::loop loop;
    io::runtime& net = loop;
    loop.spawn(sleep_and_count(&net, &count, &stopped));
    auto pause = [](io::runtime* on) -> task<void> { static_cast<void>(co_await io::sleep_for(*on, 20ms)); };
    loop.run(pause(&net));
    CHECK(count > 0);
    CHECK_FALSE(stopped);
  }
  CHECK(stopped);
}

TEST_CASE("the exception of a spawned task is passed to its completion handler") {
  uv::loop loop;
  bool ended = false;
  std::exception_ptr thrown;
  auto failing = []() -> task<void> { static_cast<void>(co_await fail()); };
  loop.spawn(failing(), [&](std::exception_ptr why) {
    ended = true;
    thrown = std::move(why);
  });
  CHECK_FALSE(ended);
  auto turns = []() -> task<void> { co_await coro::yield(); };
  loop.run(turns());
  CHECK(ended);
  CHECK_THROWS_WITH(std::rethrow_exception(thrown), "no answer");
}

TEST_CASE("the error of a started task is reported as an exception") {
  uv::loop loop;
  std::exception_ptr thrown;
  auto failing = []() -> task<result<void>> { co_return failure{make_error_code(errc::closed)}; };
  loop.spawn(failing(), [&](std::exception_ptr why) { thrown = std::move(why); });
  auto turns = []() -> task<void> { co_await coro::yield(); };
  loop.run(turns());
  REQUIRE(thrown != nullptr);
  try {
    std::rethrow_exception(thrown);
  } catch (const std::system_error& error) {
    CHECK(error.code() == make_error_code(errc::closed));
  }
}

TEST_CASE(
    "when the loop has stood still, what has arrived meanwhile is read before a deadline that is over stops the "
    "reader") {
  uv::loop loop;
  auto stand_still = [](uv::loop* on) -> task<void> {
    io::runtime& net = on->runtime();
    auto listener = net.listen({ip_address::v4(0x7f000001), 0}).value();
    auto client = co_await net.connect(listener->local_endpoint());
    auto server = co_await listener->accept();
    auto read = [](io::runtime* by, io::stream* from) -> task<result<io::const_buffer>> {
      co_return co_await io::with_timeout(*by, 20ms, from->read_view());
    };
    auto write_and_block = [](io::stream* to) -> task<void> {
      static_cast<void>(co_await to->write_all("x"));
      spin(1100ms);
    };
    auto both = co_await when_all(read(&net, server->get()), write_and_block(client->get()));
    CHECK(std::get<0>(both).has_value());
    auto late = co_await when_all(read(&net, server->get()), [](io::stream*) -> task<void> {
      spin(1100ms);
      co_return;
    }(client->get()));
    CHECK(std::get<0>(late).error() == make_error_code(errc::timed_out));
  };
  loop.run(stand_still(&loop));
}

TEST_CASE("a turn is counted as long, whether a reader of a socket or a timer has taken the time") {
  uv::loop loop;
  auto read_slowly = [](uv::loop* on, bool reads) -> task<std::uint64_t> {
    const std::uint64_t before = on->turns().longer_than(2);
    auto listener = on->runtime().listen({ip_address::v4(0x7f000001), 0}).value();
    auto client = co_await on->runtime().connect(listener->local_endpoint());
    auto server = co_await listener->accept();
    static_cast<void>(co_await (*client)->write_all("x"));
    if (reads) static_cast<void>(co_await (*server)->read_view());
    else static_cast<void>(co_await io::sleep_for(on->runtime(), 1ms));
    spin(25ms);
    static_cast<void>(co_await io::sleep_for(on->runtime(), 1ms));
    static_cast<void>(co_await io::sleep_for(on->runtime(), 1ms));
    co_return on->turns().longer_than(2) - before;
  };
  CHECK(loop.run(read_slowly(&loop, true)) >= 1);
  CHECK(loop.run(read_slowly(&loop, false)) >= 1);
}

TEST_CASE("on the application's uv_loop_t tasks run when the application runs it, and no handle is left open") {
  uv_loop_t host;
  REQUIRE(uv_loop_init(&host) == 0);
  {
    uv::loop loop{host};
    io::runtime& net = loop;
    int woken = 0;
    event there;
    loop.spawn(wait_for(&there, &woken));
    auto later = [](io::runtime* on, event* set) -> task<void> {
      static_cast<void>(co_await io::sleep_for(*on, 2ms));
      set->set();
    };
    loop.spawn(later(&net, &there));
    CHECK(uv_run(&host, UV_RUN_DEFAULT) == 0);
    CHECK(woken == 1);

    // Application code in a libuv callback wakes coroutines, too.
    there.reset();
    loop.spawn(wait_for(&there, &woken));
    uv_run(&host, UV_RUN_NOWAIT);
    there.set();
    CHECK(woken == 1);
    uv_run(&host, UV_RUN_DEFAULT);
    CHECK(woken == 2);
  }
  uv_run(&host, UV_RUN_DEFAULT);
  CHECK(uv_loop_close(&host) == 0);
}

TEST_CASE("a timer that was stopped does not keep the application's uv_loop_t running") {
  uv_loop_t host;
  REQUIRE(uv_loop_init(&host) == 0);
  {
    uv::loop loop{host};
    io::timer never_fires{loop};
    never_fires.start_once(std::chrono::hours{1}, [] {});
    never_fires.stop();
    CHECK(uv_run(&host, UV_RUN_DEFAULT) == 0);
  }
  uv_run(&host, UV_RUN_DEFAULT);
  CHECK(uv_loop_close(&host) == 0);
}

TEST_CASE("two loops work on one thread") {
  uv::loop first;
  uv::loop second;
  CHECK(first.run(answer()) + second.run(answer()) == 84);
}

TEST_CASE("more ready coroutines than a turn's budget all run") {
  uv::loop loop;
  constexpr int many = 5000;
  int woken = 0;
  event there;
  auto crowd = [](scope& all, event* set, int* count) -> task<void> {
    for (int i = 0; i != many; ++i) all.spawn(wait_for(set, count));
    co_await coro::yield();
    co_await set_and_yield(set);
  };
  loop.run(with_scope(crowd, &there, &woken));
  CHECK(woken == many);
}

TEST_CASE("drain waits for the workers no longer than it is told") {
  std::atomic<bool> may_end{false};
  uv::loop loop;
  auto work = [](io::runtime& on, std::atomic<bool>* until) -> task<void> {
    auto wait = [until] {
      while (!*until) std::this_thread::yield();
    };
    static_cast<void>(co_await io::offload(on, wait));
  };
  loop.spawn(work(loop, &may_end));
  event unheard;
  loop.run(set_and_yield(&unheard));
  loop.request_stop();  // the coroutine that waits for the worker is stopped
  loop.run(set_and_yield(&unheard));
  for (const io::duration each : support::no_time_at_all()) CHECK_FALSE(loop.drain(each));
  may_end = true;
  for (const io::duration each : support::for_ever()) CHECK(loop.drain(each));
  for (const io::duration each : support::no_time_at_all()) CHECK(loop.drain(each));
}

}  // namespace loop_test
