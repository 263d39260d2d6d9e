// Work for a worker thread.
#pragma once

namespace pappus::io {

/// Owns all data that it uses: the waiting coroutine may be gone before the work is done.
class work {
public:
  work(const work&) = delete;
  work& operator=(const work&) = delete;
  virtual ~work() = default;

  /// Called on a worker thread (in a simulation: on the loop).
  virtual void run() noexcept = 0;
  /// Called on the loop, inside a turn, after `run`, as the last call before destruction.
  virtual void on_complete() noexcept = 0;

protected:
  work() = default;
};

}  // namespace pappus::io
