// The base of every leaf operation. It lives in the awaiting coroutine's frame, so waiting allocates nothing.
#pragma once

#include <coroutine>
#include <exception>

#include <pappus/coro/promise.hpp>
#include <pappus/misuse.hpp>

namespace pappus::coro {

/// A coroutine suspended on an operation that is not a coroutine. A derived operation calls `suspend` from its
/// `await_suspend`, and later exactly one of `resume` (from an I/O or timer callback) and `wake` (from anywhere else).
/// Destroying a suspended waiter terminates: an operation in progress must complete first.
///
/// Compilers: derived classes define `await_suspend` as a template that only calls a function defined in a .cpp, or
/// mark it noinline (clang 14 fails to compile some loops around inlined ones), and have constructors (g++ 12 copies
/// aggregate temporaries bitwise).
class waiter : public ready_queue::item, public stop_callback {
protected:
  waiter() noexcept {}
  ~waiter() {
    if (handle_) misuse("waiter: a coroutine was destroyed while it waits");
  }

  [[nodiscard]] bool suspended() const noexcept { return static_cast<bool>(handle_); }

  /// Records the waiting coroutine and links to its stop token. Returns false, without recording anything, if the stop
  /// has already been requested: the operation completes at once as canceled. `operation` is its name in the list of
  /// live coroutines. `stopped` is called on a stop request; it gives the operation up and calls `wake`.
  bool suspend(std::coroutine_handle<> handle, promise_base& promise, const char* operation,
               stop_function stopped) noexcept {
    context& here = promise.current();
    if (here.stop.stop_requested()) return false;
    suspend_without_stop(handle, promise, operation);
    here.stop.link(*this, stopped);
    return true;
  }

  /// Like `suspend`, but without linking to the stop token.
  void suspend_without_stop(std::coroutine_handle<> handle, promise_base& promise, const char* operation) noexcept {
    handle_ = handle;
    promise_ = &promise;
    promise.entry().set_operation(operation);
  }

  /// Resumes on this stack. Last act of a callback: the operation may be destroyed when this returns.
  void resume() noexcept {
    unlink();
    note_running();
    handle_.resume();
  }

  /// Resumes through the ready queue. May be called at most once.
  void wake() noexcept {
    unlink();
    note_running();
    promise_->current().ready->push(*this);
  }

  /// Call first in `await_resume`.
  void resumed() noexcept { handle_ = nullptr; }

private:
  void note_running() noexcept { promise_->entry().set_operation(""); }

  promise_base* promise_;  // set while suspended
};

}  // namespace pappus::coro
