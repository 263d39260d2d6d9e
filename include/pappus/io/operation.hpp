// Base of leaf operations with one result: connect, accept, resolve, offload.
#pragma once

#include <coroutine>
#include <optional>
#include <utility>

#include <pappus/coro/waiter.hpp>
#include <pappus/error.hpp>
#include <pappus/result.hpp>

namespace pappus::io {

/// A derived operation starts in `begin` and is completed by its backend.
template <class T>
class [[nodiscard]] operation : public coro::waiter {
public:
  static constexpr bool await_ready() noexcept { return false; }

  template <coro::library_promise Promise>
  [[gnu::noinline]] bool await_suspend(std::coroutine_handle<Promise> handle) {
    if (handle.promise().current().stop.stop_requested()) {
      outcome_.emplace(failure{make_error_code(errc::canceled)});
      return false;
    }
    begin();
    if (outcome_) return false;
    suspend(handle, handle.promise(), name_, &operation::on_stop);
    return true;
  }

  result<T> await_resume() {
    resumed();
    return std::move(*outcome_);
  }

  // For backends.

  /// Completes the operation from inside `begin`.
  void complete_inline(result<T> outcome) { outcome_.emplace(std::move(outcome)); }
  /// Completes the operation from a callback, inside a turn, as the callback's last act: the coroutine runs on this
  /// stack.
  void complete(result<T> outcome) {
    outcome_.emplace(std::move(outcome));
    resume();
  }
  /// Completes the operation from anywhere; the coroutine runs from the ready queue.
  void post_completion(result<T> outcome) {
    outcome_.emplace(std::move(outcome));
    wake();
  }

protected:
  explicit operation(const char* name) noexcept : name_(name) {}
  ~operation() = default;

private:
  /// Starts the operation; may complete it at once.
  virtual void begin() = 0;
  /// Gives the operation up; the backend must not complete it after that.
  virtual void abandon() noexcept = 0;

  static void on_stop(coro::stop_callback& self) noexcept {
    auto& stopped = static_cast<operation&>(self);
    stopped.abandon();
    stopped.post_completion(failure{make_error_code(errc::canceled)});
  }

  std::optional<result<T>> outcome_;
  const char* name_;
};

}  // namespace pappus::io
