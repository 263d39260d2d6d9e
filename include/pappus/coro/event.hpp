// A manual-reset event that coroutines wait for.
#pragma once

#include <coroutine>

#include <pappus/coro/wait_list.hpp>
#include <pappus/coro/waiter.hpp>
#include <pappus/error.hpp>
#include <pappus/result.hpp>

namespace pappus::coro {

/// Stays set until it is reset; any number of coroutines may wait. The event must outlive its waiters.
class event {
public:
  class [[nodiscard]] wait_operation : public waiter, public wait_list<wait_operation>::hook {
  public:
    explicit wait_operation(event& awaited) noexcept : awaited_(awaited) {}

    [[nodiscard]] bool await_ready() const noexcept { return awaited_.set_; }
    template <library_promise Promise>
    bool await_suspend(std::coroutine_handle<Promise> handle) noexcept {
      return start(handle, handle.promise());
    }
    result<void> await_resume() noexcept {
      resumed();
      if (canceled_) return failure{make_error_code(errc::canceled)};
      return {};
    }

  private:
    friend event;
    bool start(std::coroutine_handle<> handle, promise_base& promise) noexcept;
    void cancel() noexcept;

    event& awaited_;
    bool canceled_ = false;
  };

  event() = default;
  event(const event&) = delete;
  event& operator=(const event&) = delete;

  /// Wakes all waiters, in the order of waiting. O(waiters).
  void set() noexcept;
  /// Coroutines that wait from now on wait for the next `set`.
  void reset() noexcept { set_ = false; }
  /// Whether it is set now.
  [[nodiscard]] bool is_set() const noexcept { return set_; }
  /// Hints to the cache that the first waiter, if there is one, will soon be woken: its frame is fetched.
  void prefetch_waiter() const noexcept;

  /// Completes once the event is set, at once if it is set now. Fails only with `errc::canceled`.
  wait_operation wait() noexcept { return wait_operation{*this}; }

private:
  wait_list<wait_operation> waiting_;
  bool set_ = false;
};

}  // namespace pappus::coro

namespace pappus {
using coro::event;
}  // namespace pappus
