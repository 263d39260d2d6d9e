// Wakes a loop from any thread.
#pragma once

namespace pappus::io {

/// Created and destroyed on the loop's thread; no thread may call `notify` during or
/// after the destruction. Carries no data: the work to do is in a separate queue.
class wakeup {
public:
  wakeup(const wakeup&) = delete;
  wakeup& operator=(const wakeup&) = delete;
  virtual ~wakeup() = default;

  /// Schedules a call of the wakeup's function on the loop, inside a turn, at least once after this call; several calls
  /// in quick succession may share one. Thread-safe; never blocks. (In a simulation there is one thread, and the
  /// function is called at the same virtual time.)
  virtual void notify() noexcept = 0;

protected:
  wakeup() = default;
};

}  // namespace pappus::io
