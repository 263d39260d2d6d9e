// Memory for coroutine frames, and for small messages: freed memory is kept in free lists by size and reused.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pappus::coro {

/// One set of free lists per thread. Under the address and thread sanitizers, and Clang's memory sanitizer, frames come
/// straight from the heap, so that the sanitizer detects a use after destruction.
class frame_recycler {
public:
  struct counters {
    std::uint64_t live = 0;        // frames and messages in use now
    std::uint64_t allocated = 0;   // allocated from the heap so far
    std::uint64_t reused = 0;      // taken from a free list so far
    std::uint64_t idle_bytes = 0;  // bytes in the free lists, at most `max_idle_bytes`
  };

  /// Maximum bytes in a thread's free lists; above it, freed frames go back to the heap. 8 MiB.
  static constexpr std::size_t max_idle_bytes = std::size_t{8} << 20;

  [[nodiscard]] static void* allocate(std::size_t size);
  static void release(void* frame, std::size_t size) noexcept;

  /// Returns the memory in this thread's free lists to the heap.
  static void trim() noexcept;

  /// This thread's counters.
  [[nodiscard]] static counters statistics() noexcept;
};

}  // namespace pappus::coro
