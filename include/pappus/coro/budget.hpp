// Suspends a coroutine between two pieces of work when the budget of the turn is spent.
#pragma once

#include <coroutine>
#include <cstddef>

#include <pappus/coro/ready_queue.hpp>
#include <pappus/coro/waiter.hpp>

namespace pappus::coro {

/// See `consume_budget`.
class [[nodiscard]] consume_budget_operation : public waiter {
public:
  explicit consume_budget_operation(std::size_t units) noexcept : units_(units) {}

  static constexpr bool await_ready() noexcept { return false; }
  template <library_promise Promise>
  [[gnu::noinline]] bool await_suspend(std::coroutine_handle<Promise> handle) noexcept {
    queue_ = handle.promise().current().ready;
    if (!queue_->exhausted()) return false;
    suspend_without_stop(handle, handle.promise(), "budget of the turn");
    wake();
    return true;
  }
  void await_resume() noexcept {
    resumed();
    queue_->charge(units_);
  }

private:
  std::size_t units_;
  ready_queue* queue_;  // set when awaited
};

/// Call before work of `units` units (see `ready_queue`). Completes at once while there is budget; otherwise after the
/// backend has polled its sockets and timers and the coroutines that became ready earlier have run. Then charges
/// `units`. Never fails, even when stopped.
[[nodiscard]] inline consume_budget_operation consume_budget(std::size_t units) noexcept {
  return consume_budget_operation{units};
}

}  // namespace pappus::coro
