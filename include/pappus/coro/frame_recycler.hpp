// Memory for coroutine frames: freed frames wait in lists by size and serve the next coroutine of that size.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pappus::coro {

/// One set of lists a thread. Under address and thread sanitizers frames come straight from the heap, so that a use
/// after destruction is seen.
class frame_recycler {
public:
  struct counters {
    std::uint64_t live = 0;        // frames in use now
    std::uint64_t allocated = 0;   // frames the heap was asked for
    std::uint64_t reused = 0;      // frames served from a list
    std::uint64_t idle_bytes = 0;  // memory waiting in the lists, at most `idle_limit`
  };

  /// Beyond this many waiting bytes a thread gives frames back to the heap.
  static constexpr std::size_t idle_limit = std::size_t{8} << 20;

  [[nodiscard]] static void* allocate(std::size_t size);
  static void release(void* frame, std::size_t size) noexcept;

  /// Gives the memory that waits in this thread's lists back to the heap.
  static void trim() noexcept;

  /// What this thread has done so far.
  [[nodiscard]] static counters statistics() noexcept;
};

}  // namespace pappus::coro
