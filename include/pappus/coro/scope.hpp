// Structured concurrency, the only way to run coroutines concurrently: a scope completes only after all its children.
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <optional>
#include <system_error>
#include <type_traits>
#include <utility>

#include <pappus/coro/root.hpp>
#include <pappus/coro/stop.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/coro/waiter.hpp>
#include <pappus/exceptions.hpp>
#include <pappus/misuse.hpp>
#include <pappus/result.hpp>

namespace pappus::coro {

/// Tag of a scope in which the first error value, from a child or the body, stops the others.
struct fail_fast_t {};
inline constexpr fail_fast_t fail_fast{};

/// Receives the exceptions of a scope's children, which then stop no other child.
class supervisor {
public:
  /// Called after the child is destroyed. May stop the scope.
  virtual void task_failed(std::exception_ptr thrown) noexcept = 0;

protected:
  ~supervisor() = default;
};

/// Names the supervisor of a scope; the supervisor must outlive the scope.
class supervised_by {
public:
  explicit supervised_by(supervisor& supervisor) noexcept : whom_(&supervisor) {}
  /// The supervisor.
  [[nodiscard]] supervisor* get() const noexcept { return whom_; }

private:
  supervisor* whom_;
};

/// Owns children that run concurrently on the loop. Lives inside `with_scope` as long as any child does; destroying a
/// scope that has children terminates.
///
/// An exception that leaves a child stops its siblings and the body, and is rethrown when all have completed (the first
/// one, if there are several), unless the scope was opened with a supervisor: then the supervisor receives it, and the
/// others continue. An exception that leaves the body always stops all. An error value of a child is dropped and stops
/// nothing, unless the scope was opened with `fail_fast`.
class scope final : private root_listener {
public:
  scope(const context& here, bool all_or_nothing, supervisor* by = nullptr) noexcept
      : stop_(here.stop), ready_(here.ready), supervisor_(by), fail_fast_(all_or_nothing) {}
  scope(const scope&) = delete;
  scope& operator=(const scope&) = delete;
  ~scope() {
    if (children_ != 0) misuse("scope: destroyed while its children run; use with_scope, which waits for them");
  }

  /// Starts a child through the ready queue, under this scope's stop token. May be called from the body, from children
  /// and from plain functions on the loop, as long as the scope is open.
  void spawn(task<void> child);
  void spawn(task<result<void>> child) { spawn(watch(std::move(child))); }

  /// Completes when no child is left, also when a stop was requested; only the body may await it, once at a time. A
  /// body whose locals are used by children ends with it: `co_await children.join();`.
  [[nodiscard]] task<void> join();

  /// Requests the body and all children to stop. Does not wait for them.
  void request_stop() noexcept { stop_.request_stop(); }

  /// The token under which the body and the children run.
  [[nodiscard]] stop_token token() noexcept { return stop_.token(); }
  /// Number of children that have not completed.
  [[nodiscard]] std::size_t children() const noexcept { return children_; }

private:
  template <class Result, bool AllOrNothing, class Function, class... Args>
  friend task<Result> run_scope(supervisor* by, Function function, Args... args);

  class [[nodiscard]] join_operation : public waiter {
  public:
    explicit join_operation(scope& joined) noexcept : joined_(joined) {}
    [[nodiscard]] bool await_ready() const noexcept { return joined_.children_ == 0; }
    template <library_promise Promise>
    void await_suspend(std::coroutine_handle<Promise> handle) noexcept {
      joined_.start_join(*this, handle, handle.promise());
    }
    void await_resume() noexcept { resumed(); }

  private:
    friend scope;
    scope& joined_;
  };

  task<void> watch(task<result<void>> child);
  void root_ended(std::exception_ptr thrown) noexcept override;
  void failed(std::exception_ptr thrown) noexcept;
  void child_failed(std::error_code error) noexcept;
  void expect_locals_unused(const live_coroutine_entry& ended_body) const noexcept;
  void start_join(join_operation& join, std::coroutine_handle<> handle, promise_base& promise) noexcept;

  stop_source stop_;
  ready_queue* ready_;
  supervisor* supervisor_;  // null: children that throw stop the others
  std::size_t children_ = 0;
  std::exception_ptr thrown_;
  std::error_code error_;
  join_operation* join_ = nullptr;
  bool fail_fast_;
};

/// Returns the awaiting coroutine's own context: `const context here = co_await current_context{};`
class current_context {
public:
  current_context() noexcept {}

  static constexpr bool await_ready() noexcept { return false; }
  template <library_promise Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) noexcept {
    found_ = handle.promise().current();
    return false;
  }
  [[nodiscard]] context await_resume() const noexcept { return found_; }

private:
  context found_;
};

/// From here on the awaiting coroutine runs under another stop token: `co_await change_stop_token{deadline.token()};`.
/// The source must outlive the coroutine's later operations, and should be stopped with the token before. Does not
/// suspend.
class [[nodiscard]] change_stop_token {
public:
  explicit change_stop_token(stop_token to) noexcept : to_(to) {}

  static constexpr bool await_ready() noexcept { return false; }
  template <library_promise Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) noexcept {
    handle.promise().current().stop = to_;
    return false;
  }
  static constexpr void await_resume() noexcept {}

private:
  stop_token to_;
};

namespace detail {

/// The result of the body of a scope: void for a plain function.
template <class Returned>
class body_result {
  static_assert(std::is_void_v<Returned>, "the body of a scope returns a task, or void");

public:
  using type = void;
};
template <class T>
class body_result<task<T>> {
public:
  using type = T;
};
template <class Function, class... Args>
using body_result_t = typename body_result<std::invoke_result_t<Function, scope&, Args...>>::type;

/// Whether the compiler handles a temporary of that type in an expression that awaits. g++ 12 copies it bitwise and
/// destroys both copies, which does no harm if there is nothing to destroy.
template <class Function>
inline constexpr bool survives_gcc_12 =
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
    std::is_trivially_destructible_v<Function>;
#else
    true;
#endif

}  // namespace detail

/// The body is kept until the last child has ended, and with it `function` and the body's parameters.
template <class Result, bool AllOrNothing, class Function, class... Args>
task<Result> run_scope(supervisor* by, Function function, Args... args) {
  static_assert(
      detail::survives_gcc_12<Function>,
      "g++ 12 destroys the captures of a lambda twice that is a temporary in an expression that awaits: capture "
      "references only, or pass what is captured as arguments of with_scope");
  const context here = co_await current_context{};
  scope opened{here, AllOrNothing, by};
  constexpr bool is_plain = std::is_void_v<std::invoke_result_t<Function, scope&, Args...>>;
  std::conditional_t<std::is_void_v<Result>, bool, std::optional<Result>> given{};
  std::optional<typename task<std::conditional_t<is_plain, void, Result>>::stoppable> body;
  PAPPUS_EXCEPTIONS_TRY {
    if constexpr (is_plain) {
      std::invoke(std::move(function), opened, std::move(args)...);
      if constexpr (AllOrNothing) given.emplace();
    } else {
      body.emplace(std::invoke(std::move(function), opened, std::move(args)...).with_stop_token(opened.token()));
      if constexpr (std::is_void_v<Result>) {
        co_await std::move(*body);
      } else {
        given.emplace(co_await std::move(*body));
        if constexpr (AllOrNothing) {
          if (!*given) opened.child_failed(given->error());
        }
      }
    }
  }
  PAPPUS_EXCEPTIONS_CATCH { opened.failed(std::current_exception()); }
  if constexpr (tracing) {
    if (body) opened.expect_locals_unused(body->body().entry());
  }
  while (opened.children_ != 0) co_await scope::join_operation{opened};
  if (opened.thrown_) std::rethrow_exception(opened.thrown_);
  if constexpr (AllOrNothing) {
    if (opened.error_) co_return failure{opened.error_};
  }
  if constexpr (!std::is_void_v<Result>) co_return std::move(*given);
}

/// Opens a scope, calls `function(scope&, args...)`, and completes when all children of the scope have ended.
/// `function` is the *body*: a plain function, which spawns the first children and returns void, or a coroutine, which
/// runs under the scope's stop token, and whose value this completes with.
///
/// What children refer to must outlive them. These do: locals of the coroutine that awaits this, captured by reference
/// (`co_await with_scope([&](scope& children) { children.spawn(count(&total)); })`), and parameters of the body, into
/// which `args` are moved or copied. A local of a body that is a coroutine does only if the body awaits
/// `scope::join` before it ends; a trace build terminates if a pointer, reference or view that a child was called with
/// refers to such a local after that.
template <class Function, class... Args>
[[nodiscard]] auto with_scope(Function function, Args... args) {
  using result_type = detail::body_result_t<Function, Args...>;
  return run_scope<result_type, false>(nullptr, std::move(function), std::move(args)...);
}

/// Overload with a supervisor, which receives the exceptions of children.
template <class Function, class... Args>
[[nodiscard]] auto with_scope(supervised_by by, Function function, Args... args) {
  using result_type = detail::body_result_t<Function, Args...>;
  return run_scope<result_type, false>(by.get(), std::move(function), std::move(args)...);
}

/// Overload in which the first error of a child or the body stops all others and becomes the result, which is a
/// `result<T>`: that of the body, or a `result<void>` if the body is a plain function.
template <class Function, class... Args>
[[nodiscard]] auto with_scope(fail_fast_t /*all_or_nothing*/, Function function, Args... args) {
  using returned_type = detail::body_result_t<Function, Args...>;
  using result_type = std::conditional_t<std::is_void_v<returned_type>, result<void>, returned_type>;
  static_assert(is_outcome<result_type>, "the body gives a result<T>");
  static_assert(std::is_same_v<typename result_type::error_type, std::error_code>, "the body gives a result<T>");
  return run_scope<result_type, true>(nullptr, std::move(function), std::move(args)...);
}

}  // namespace pappus::coro

namespace pappus {
using coro::scope;
using coro::with_scope;
}  // namespace pappus
