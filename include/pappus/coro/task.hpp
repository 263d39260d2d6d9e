// A lazy coroutine: starts when it is awaited and is owned by its awaiter.
#pragma once

#include <concepts>
#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include <pappus/coro/awaited_once.hpp>
#include <pappus/coro/promise.hpp>

namespace pappus::coro {

template <class T = void>
class task;

/// The common part of all task promises: starts the task and resumes the awaiting coroutine on completion.
///
/// A child is started by resuming it on its parent's stack. If the child has completed when that call returns, the
/// parent just continues: a million awaits that complete at once need no more stack than one, without relying on tail
/// calls.
class task_promise_base : public promise_base {
public:
  using promise_base::promise_base;

  static constexpr std::suspend_always initial_suspend() noexcept { return {}; }

  struct final_awaiter {
    static constexpr bool await_ready() noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) const noexcept {
      task_promise_base& promise = ended.promise();
      return promise.starting_ ? std::noop_coroutine() : promise.continuation_;
    }
    static constexpr void await_resume() noexcept {}
  };
  static constexpr final_awaiter final_suspend() noexcept { return {}; }

  void unhandled_exception() noexcept { thrown_ = std::current_exception(); }

  /// Runs the coroutine to its first suspension or its completion. Returns true if it is suspended; its completion then
  /// resumes `parent`. Returns false if it has completed.
  bool start(std::coroutine_handle<> self, std::coroutine_handle<> parent) {
    continuation_ = parent;
    starting_ = true;
    self.resume();
    starting_ = false;
    return !self.done();
  }

protected:
  ~task_promise_base() = default;
  void rethrow_if_thrown() const {
    if (thrown_) std::rethrow_exception(thrown_);
  }

private:
  std::coroutine_handle<> continuation_;
  std::exception_ptr thrown_;
  bool starting_ = false;
};

template <class T>
class task_promise final : public task_promise_base {
public:
  using task_promise_base::task_promise_base;

  task<T> get_return_object(const char* function = __builtin_FUNCTION(), unsigned line = __builtin_LINE()) noexcept;

  template <std::convertible_to<T> U = T>
  void return_value(U&& value) {
    value_.emplace(std::forward<U>(value));
  }

  T take() {
    rethrow_if_thrown();
    return std::move(*value_);
  }

private:
  std::optional<T> value_;
};

template <>
class task_promise<void> final : public task_promise_base {
public:
  using task_promise_base::task_promise_base;

  task<void> get_return_object(const char* function = __builtin_FUNCTION(), unsigned line = __builtin_LINE()) noexcept;

  static constexpr void return_void() noexcept {}
  void take() const { rethrow_if_thrown(); }
};

/// A lazy coroutine that returns a `T`. Move-only; `co_await` it once, as an rvalue. An exception that leaves it is
/// rethrown to its awaiter. It runs under its awaiter's queue and stop token. Destroying a task that is suspended
/// inside an operation terminates; destroying a task that was never started is harmless.
template <class T>
class [[nodiscard]] task {
public:
  using promise_type = task_promise<T>;
  using value_type = T;
  using awaited_once = void;

  task(task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  /// Takes over the other task; a task that was here is destroyed with `other`.
  task& operator=(task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~task() {
    if (handle_) handle_.destroy();
  }

  class stoppable;

  class awaiter {
  public:
    explicit awaiter(std::coroutine_handle<promise_type> child) noexcept : child_(child) {}
    awaiter(std::coroutine_handle<promise_type> child, stop_token stop) noexcept
        : child_(child), stop_(stop), own_stop_(true) {}

    static constexpr bool await_ready() noexcept { return false; }

    template <library_promise Parent>
    bool await_suspend(std::coroutine_handle<Parent> parent) {
      promise_base& above = parent.promise();
      promise_type& promise = child_.promise();
      promise.current() = above.current();
      if (own_stop_) promise.current().stop = stop_;
      promise.entry().set_awaiter(above.entry());
      return promise.start(child_, parent);
    }

    T await_resume() { return child_.promise().take(); }

  private:
    std::coroutine_handle<promise_type> child_;
    stop_token stop_;
    bool own_stop_ = false;
  };

  awaiter operator co_await() && noexcept { return awaiter{handle_}; }
  awaiter operator co_await() const& noexcept {
    static_assert(never<T>, "a task is awaited once: write co_await std::move(name), and do not use it again");
    return awaiter{handle_};
  }

  /// Awaits the task under another stop token than the awaiting coroutine's: `co_await
  /// std::move(t).with_stop_token(token)`. `stop_token{}` shields the task from stops.
  [[nodiscard]] stoppable with_stop_token(stop_token stop) && noexcept { return stoppable{std::move(*this), stop}; }

  /// What the parameters of the coroutine refer to, in trace builds.
  [[nodiscard]] const parameter_references* references() const noexcept requires tracing {
    return handle_ ? &handle_.promise().entry().references() : nullptr;
  }

  /// See `live_coroutine_entry`; not of a task that was moved away.
  [[nodiscard]] live_coroutine_entry& entry() const noexcept { return handle_.promise().entry(); }

private:
  friend promise_type;
  explicit task(std::coroutine_handle<promise_type> handle) noexcept : handle_(handle) {}

  std::coroutine_handle<promise_type> handle_;
};

/// A task and its own stop token. Owns the task; awaited once, as a task is.
template <class T>
class [[nodiscard]] task<T>::stoppable {
public:
  using awaited_once = void;

  awaiter operator co_await() && noexcept { return awaiter{body_.handle_, stop_}; }
  awaiter operator co_await() const& noexcept {
    static_assert(never<T>, "a task is awaited once: write co_await std::move(name), and do not use it again");
    return awaiter{body_.handle_, stop_};
  }
  /// The task, not yet awaited.
  [[nodiscard]] const task& body() const noexcept { return body_; }

private:
  friend task;
  stoppable(task body, stop_token stop) noexcept : body_(std::move(body)), stop_(stop) {}

  task body_;
  stop_token stop_;
};

template <class T>
task<T> task_promise<T>::get_return_object(const char* function, unsigned line) noexcept {
  entry().set_name(function, line);
  return task<T>{std::coroutine_handle<task_promise<T>>::from_promise(*this)};
}

inline task<void> task_promise<void>::get_return_object(const char* function, unsigned line) noexcept {
  entry().set_name(function, line);
  return task<void>{std::coroutine_handle<task_promise<void>>::from_promise(*this)};
}

}  // namespace pappus::coro

namespace pappus {
using coro::task;
}  // namespace pappus
