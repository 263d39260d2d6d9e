// Lets all coroutines that are ready, or become so, run first: for work that thousands may have at once.
#pragma once

#include <coroutine>

#include <pappus/coro/ready_queue.hpp>
#include <pappus/coro/waiter.hpp>

namespace pappus::coro {

/// See `deferred`.
class [[nodiscard]] deferred_operation : public waiter, private ready_queue::deferred_work {
public:
  deferred_operation() noexcept {}

  static constexpr bool await_ready() noexcept { return false; }
  template <library_promise Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) noexcept {
    return start(handle, handle.promise());
  }
  void await_resume() noexcept { resumed(); }

private:
  bool start(std::coroutine_handle<> handle, promise_base& promise) noexcept;
  void run_deferred() noexcept override { wake(); }
};

/// Completes as deferred work of the turn (see `ready_queue`); at once when stopped. Never fails.
[[nodiscard]] inline deferred_operation deferred() noexcept { return {}; }

}  // namespace pappus::coro
