// Lets the other ready coroutines run first.
#pragma once

#include <coroutine>

#include <pappus/coro/waiter.hpp>

namespace pappus::coro {

/// `co_await yield();` moves the coroutine to the end of the ready queue. Never fails, even when stopped.
class [[nodiscard]] yield_operation : public waiter {
public:
  yield_operation() = default;

  static constexpr bool await_ready() noexcept { return false; }
  template <library_promise Promise>
  [[gnu::noinline]] void await_suspend(std::coroutine_handle<Promise> handle) noexcept {
    suspend_without_stop(handle, handle.promise(), "yield");
    wake();
  }
  void await_resume() noexcept { resumed(); }
};

/// Completes when the coroutines that are ready now have run. Never fails, even when stopped.
[[nodiscard]] inline yield_operation yield() noexcept { return {}; }

}  // namespace pappus::coro
