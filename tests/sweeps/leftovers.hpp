// What is left of a scenario in memory: nothing. Counts all objects on the heap, so only one file of a program may
// include it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <sqlite3.h>
#include <support/heap_watch.hpp>

#include <pappus/coro/frame_recycler.hpp>

namespace sweeps {

/// Counts of what is on the heap.
struct leftovers {
  std::size_t objects = 0;
  std::uint64_t frames = 0;    // of coroutines, and small messages
  std::int64_t of_sqlite = 0;  // bytes

  [[nodiscard]] static leftovers now() {
    pappus::coro::frame_recycler::trim();
    return {support::heap::alive, pappus::coro::frame_recycler::statistics().live, sqlite3_memory_used()};
  }

  /// What there is now beyond that, as text; empty if nothing.
  [[nodiscard]] std::string since() const {
    const leftovers later = now();
    std::string text;
    if (later.frames != frames) text += "frames are left: " + std::to_string(later.frames - frames) + '\n';
    if (later.objects != objects)
      text += "objects are left: " + std::to_string(static_cast<std::int64_t>(later.objects - objects)) + '\n';
    if (later.of_sqlite != of_sqlite) text += "SQLite has kept " + std::to_string(later.of_sqlite - of_sqlite) + '\n';
    return text;
  }
};

}  // namespace sweeps
