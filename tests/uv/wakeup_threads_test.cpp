// Wakeups from other threads, and work on worker threads.
#include <atomic>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/coro/event.hpp>
#include <pappus/io/offload.hpp>
#include <pappus/uv/loop.hpp>
#include <pappus/uv/wakeup.hpp>

namespace wakeup_threads_test {

using namespace pappus;

namespace {

task<void> wait_for(event* there) { static_cast<void>(co_await there->wait()); }

}  // namespace

TEST_CASE("every notification is followed by a call on the loop's thread") {
  constexpr int each = 1000;
  uv::loop loop;
  std::atomic<int> put{0};
  int seen = 0;
  event all_seen;
  const auto loop_thread = std::this_thread::get_id();
  bool always_on_loop = true;
  uv::wakeup wakeup{loop, [&] {
                      always_on_loop = always_on_loop && std::this_thread::get_id() == loop_thread;
                      seen = put.load();
                      if (seen == 4 * each) all_seen.set();
                    }};
  std::vector<std::thread> threads;
  for (int i = 0; i != 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n != each; ++n) {
        ++put;
        wakeup.notify();
      }
    });
  }
  loop.run(wait_for(&all_seen));
  for (std::thread& each_thread : threads) each_thread.join();
  CHECK(seen == 4 * each);
  CHECK(always_on_loop);
}

TEST_CASE("work runs on another thread and its result comes back on the loop") {
  uv::loop loop;
  io::runtime& net = loop;
  auto work = [](io::runtime* on) -> task<bool> {
    const auto loop_thread = std::this_thread::get_id();
    auto function = [loop_thread] { return std::this_thread::get_id() != loop_thread; };
    auto offloaded = co_await io::offload(*on, function);
    co_return *offloaded&& std::this_thread::get_id() == loop_thread;
  };
  CHECK(loop.run(work(&net)));
}

}  // namespace wakeup_threads_test
