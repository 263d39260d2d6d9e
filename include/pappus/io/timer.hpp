// Timers: awaitable or with a callback.
#pragma once

#include <coroutine>
#include <functional>

#include <pappus/coro/waiter.hpp>
#include <pappus/error.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/time.hpp>
#include <pappus/result.hpp>

namespace pappus::io {

/// Waits for a time. Allocates nothing.
class [[nodiscard]] sleep_operation final : public coro::waiter, private timer_node {
public:
  sleep_operation(runtime& runtime, time_point until) noexcept : runtime_(runtime), until_(until) {}

  static constexpr bool await_ready() noexcept { return false; }
  template <coro::library_promise Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) noexcept {
    return start(handle, handle.promise());
  }
  result<void> await_resume() noexcept {
    resumed();
    if (canceled_) return failure{make_error_code(errc::canceled)};
    return {};
  }

private:
  bool start(std::coroutine_handle<> handle, coro::promise_base& promise) noexcept;
  void on_timer() noexcept override { resume(); }
  void cancel() noexcept;

  runtime& runtime_;
  time_point until_;
  bool canceled_ = false;
};

/// Completes at `until`; in the next turn if that has passed, only by a stop if that is `never`. Fails only with
/// `errc::canceled`.
[[nodiscard]] inline sleep_operation sleep_until(runtime& runtime, time_point until) noexcept {
  return {runtime, until};
}

/// Completes `after` from now; in the next turn if `after` is zero or negative. Fails only with `errc::canceled`.
[[nodiscard]] inline sleep_operation sleep_for(runtime& runtime, duration after) noexcept {
  return {runtime, saturating_add(runtime.now(), after)};
}

/// Calls a function once or repeatedly, on the loop's thread. It may be started, stopped and destroyed from within its
/// own function; destroying it stops it. The function must not throw.
class timer final : private timer_node {
public:
  explicit timer(runtime& runtime) noexcept : runtime_(runtime) {}

  /// Calls `function` once, `after` from now, never in this turn. Replaces an earlier start.
  void start_once(duration after, std::function<void()> function);

  /// Calls `function` every `interval`, first after one interval; once per turn if `interval` is zero or negative.
  /// Calls missed while the loop is busy are made up by one call, not by many.
  void start_repeating(duration interval, std::function<void()> function);

  /// The function is not called any more, until the next start.
  void stop() noexcept;
  /// Whether a call is still to come.
  [[nodiscard]] bool running() const noexcept { return armed(); }

private:
  void on_timer() noexcept override;

  runtime& runtime_;
  std::function<void()> function_;
  duration interval_;
  bool repeats_ = false;
};

}  // namespace pappus::io
