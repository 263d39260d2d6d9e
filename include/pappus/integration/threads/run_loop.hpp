// Run loop for an application thread: executes functions one after the other, submitted from any thread.
#pragma once

#include <atomic>
#include <cstddef>

#include <pappus/integration/threads/blocking_receiver.hpp>

namespace pappus::integration {

/// The work queue of one thread, for `integration::bind_executor` and `node::handle`: if all functions that touch a
/// module of the application run on that module's thread, the module needs no locks.
class run_loop {
public:
  explicit run_loop(std::size_t capacity) : inbox_(capacity) {}

  /// The executor that submits functions. Callable from any thread during the lifetime of this object. Functions of one
  /// thread run in order. If the queue is full the function is destroyed, and counted in `statistics().refused`.
  [[nodiscard]] integration::executor executor();

  /// Runs functions on the calling thread until `stop`; blocks while there are none. Functions left then are destroyed
  /// by the destructor at the latest. An exception of a function is rethrown after the functions dequeued with it have
  /// run; `run` may then be called again.
  void run();

  /// From any thread, also from a function that it runs. May be called before `run`.
  void stop() noexcept;

  /// Counters of the calls that waited. Thread-safe.
  [[nodiscard]] mailbox_statistics statistics() noexcept { return inbox_.mail().statistics(); }

private:
  blocking_receiver inbox_;
  std::atomic<bool> stopped_{false};
};

}  // namespace pappus::integration
