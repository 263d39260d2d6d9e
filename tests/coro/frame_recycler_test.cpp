// The recycler of coroutine frames.
#include <cstddef>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/coro/frame_recycler.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/coro/yield.hpp>

#include "support/manual_loop.hpp"
#include "support/sanitizers.hpp"

namespace frame_recycler_test {

using pappus::task;
using pappus::coro::frame_recycler;
using support::manual_loop;

namespace {

/// The lists belong to the thread: each test starts with empty ones.
template <class Test>
void on_fresh_thread(Test test) {
  std::thread{test}.join();
}

task<int> give(int value) { co_return value; }

task<int> add_up(int times) {
  int sum = 0;
  for (int i = 0; i != times; ++i) {
    const int given = co_await give(1);
    sum += given;
  }
  co_return sum;
}

}  // namespace

TEST_CASE("allocations and releases are counted") {
  on_fresh_thread([] {
    void* const first = frame_recycler::allocate(100);
    void* const second = frame_recycler::allocate(100);
    CHECK(frame_recycler::statistics().live == 2);
    CHECK(frame_recycler::statistics().allocated == 2);
    CHECK(frame_recycler::statistics().reused == 0);
    frame_recycler::release(first, 100);
    CHECK(frame_recycler::statistics().live == 1);
    frame_recycler::release(second, 100);
    CHECK(frame_recycler::statistics().live == 0);
  });
}

TEST_CASE("a released frame is reused for the next frame of its size class" * doctest::skip(support::sanitized)) {
  on_fresh_thread([] {
    void* const frame = frame_recycler::allocate(100);
    frame_recycler::release(frame, 100);
    const std::size_t idle = frame_recycler::statistics().idle_bytes;
    CHECK(idle >= 100);

    void* const other = frame_recycler::allocate(1000);
    CHECK(other != frame);
    CHECK(frame_recycler::statistics().idle_bytes == idle);

    void* const again = frame_recycler::allocate(101);
    CHECK(again == frame);
    CHECK(frame_recycler::statistics().allocated == 2);
    CHECK(frame_recycler::statistics().reused == 1);
    CHECK(frame_recycler::statistics().idle_bytes == 0);
    frame_recycler::release(again, 101);
    frame_recycler::release(other, 1000);
  });
}

TEST_CASE("frames of every size are large enough and do not overlap") {
  on_fresh_thread([] {
    struct frame {
      std::byte* memory;
      std::size_t size;
    };
    for (int round = 0; round != 3; ++round) {
      std::vector<frame> frames;
      for (std::size_t size = 1; size <= 5000; size += 13) {
        auto* const memory = static_cast<std::byte*>(frame_recycler::allocate(size));
        for (std::size_t i = 0; i != size; ++i) memory[i] = static_cast<std::byte>(size);
        frames.push_back({memory, size});
      }
      for (const frame& each : frames) {
        bool intact = true;
        for (std::size_t i = 0; i != each.size; ++i) intact &= each.memory[i] == static_cast<std::byte>(each.size);
        CHECK(intact);
        frame_recycler::release(each.memory, each.size);
      }
      CHECK(frame_recycler::statistics().live == 0);
    }
  });
}

TEST_CASE("large frames are returned to the heap" * doctest::skip(support::sanitized)) {
  on_fresh_thread([] {
    constexpr std::size_t large = std::size_t{1} << 20;
    frame_recycler::release(frame_recycler::allocate(large), large);
    CHECK(frame_recycler::statistics().idle_bytes == 0);
    CHECK(frame_recycler::statistics().live == 0);
  });
}

TEST_CASE("the lists hold no more memory than the limit" * doctest::skip(support::sanitized)) {
  on_fresh_thread([] {
    constexpr std::size_t size = 3000;
    std::vector<void*> frames;
    for (std::size_t bytes = 0; bytes <= 2 * frame_recycler::max_idle_bytes; bytes += size) {
      frames.push_back(frame_recycler::allocate(size));
    }
    for (void* const each : frames) frame_recycler::release(each, size);
    CHECK(frame_recycler::statistics().idle_bytes <= frame_recycler::max_idle_bytes);
    CHECK(frame_recycler::statistics().idle_bytes > frame_recycler::max_idle_bytes - 2 * size);
    CHECK(frame_recycler::statistics().live == 0);
  });
}

TEST_CASE("frames of coroutines come from the recycler") {
  on_fresh_thread([] {
    manual_loop loop;
    CHECK(loop.run(add_up(1000)) == 1000);
    const frame_recycler::counters after = frame_recycler::statistics();
    CHECK(after.live == 0);
    CHECK(after.allocated + after.reused >= 1000);
    if (!support::sanitized) CHECK(after.allocated < 10);
  });
}

TEST_CASE("under sanitizers every frame comes from the heap" * doctest::skip(!support::sanitized)) {
  on_fresh_thread([] {
    manual_loop loop;
    CHECK(loop.run(add_up(100)) == 100);
    CHECK(frame_recycler::statistics().reused == 0);
    CHECK(frame_recycler::statistics().allocated >= 100);
  });
}

}  // namespace frame_recycler_test
