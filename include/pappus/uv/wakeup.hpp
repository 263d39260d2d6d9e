// Wakes the loop from another thread.
#pragma once

#include <functional>
#include <memory>

#include <pappus/uv/loop.hpp>

namespace pappus::uv {

/// Made and destroyed on the loop's thread; `notify` is for any thread until then. Carries no data: what there is to do
/// is in a queue beside it.
class wakeup {
public:
  /// `woken` is called on the loop, inside a turn. It must not throw.
  wakeup(loop& on, std::function<void()> woken);
  wakeup(const wakeup&) = delete;
  wakeup& operator=(const wakeup&) = delete;
  ~wakeup();

  /// Has `woken` called soon, at least once after this; calls in quick succession may share one. Never blocks.
  void notify() noexcept;

private:
  struct block;
  block* block_;  // lives until libuv has closed its handle
};

}  // namespace pappus::uv
