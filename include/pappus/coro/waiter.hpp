// The base of every leaf operation: it lives in the awaiting coroutine's frame, so that waiting allocates nothing.
#pragma once

#include <coroutine>
#include <exception>

#include <pappus/coro/promise.hpp>

namespace pappus::coro {

/// A coroutine suspended on something that is no coroutine. A derived operation calls `suspend` from its
/// `await_suspend`, and later exactly one of `resume` (from an I/O or timer callback) and `wake` (from anywhere else).
/// Destroying one that is suspended terminates: an operation under way must end first.
///
/// Compilers: derived classes define `await_suspend` as a template that only calls a function defined in a .cpp, or
/// mark it noinline (clang 14 fails to compile some loops around inlined ones), and have constructors (g++ 12 copies
/// aggregate temporaries bitwise).
class waiter : public ready_queue::item, public stop_callback {
protected:
  waiter() noexcept {}
  ~waiter() {
    if (handle_) std::terminate();
  }

  [[nodiscard]] bool suspended() const noexcept { return static_cast<bool>(handle_); }

  /// Notes who waits and begins to hear stop requests. False if the stop has been requested already: then nothing is
  /// noted, and the operation completes at once as canceled. `operation` names it in the registry; `stopped` is called
  /// on a stop request, gives the operation up and calls `wake`.
  bool suspend(std::coroutine_handle<> handle, promise_base& promise, const char* operation,
               stop_function stopped) noexcept {
    context& here = promise.current();
    if (here.stop.stop_requested()) return false;
    suspend_unstoppable(handle, promise, operation);
    here.stop.link(*this, stopped);
    return true;
  }

  /// The same without hearing stop requests.
  void suspend_unstoppable(std::coroutine_handle<> handle, promise_base& promise, const char* operation) noexcept {
    handle_ = handle;
    promise_ = &promise;
    promise.entry().waits_for(operation);
  }

  /// Resumes on this stack. Last act of a callback: the operation may be gone when it returns.
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

  /// The first act of `await_resume`.
  void resumed() noexcept { handle_ = nullptr; }

private:
  void note_running() noexcept { promise_->entry().waits_for(""); }

  promise_base* promise_;  // set while suspended
};

}  // namespace pappus::coro
