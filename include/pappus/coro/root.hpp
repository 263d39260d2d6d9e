// The root of a tree of coroutines: runs a task that no coroutine awaits and reports its completion. Scopes and
// backends use it; programs use `with_scope`.
#pragma once

#include <coroutine>
#include <exception>
#include <utility>

#include <pappus/coro/promise.hpp>
#include <pappus/coro/task.hpp>

namespace pappus::coro {

/// Is notified when a root has completed; the root's frame is already destroyed.
class root_listener {
public:
  virtual void root_ended(std::exception_ptr thrown) noexcept = 0;

protected:
  ~root_listener() = default;
};

/// A coroutine that owns itself: it is started through the ready queue and destroys its frame on completion.
class root {
public:
  class promise_type final : public promise_base, public ready_queue::item {
  public:
    using promise_base::promise_base;

    root get_return_object() noexcept {
      entry().set_name("root", 0);
      return root{*this};
    }
    static constexpr std::suspend_always initial_suspend() noexcept { return {}; }

    struct final_awaiter {
      static constexpr bool await_ready() noexcept { return false; }
      [[gnu::noinline]] static void await_suspend(std::coroutine_handle<promise_type> ended) noexcept {
        root_listener& listener = *ended.promise().listener_;
        std::exception_ptr thrown = std::move(ended.promise().thrown_);
        ended.destroy();
        listener.root_ended(std::move(thrown));
      }
      static constexpr void await_resume() noexcept {}
    };
    static constexpr final_awaiter final_suspend() noexcept { return {}; }

    static constexpr void return_void() noexcept {}
    void unhandled_exception() noexcept { thrown_ = std::current_exception(); }

    void start(const context& here, root_listener& listener) noexcept {
      current() = here;
      listener_ = &listener;
      handle_ = std::coroutine_handle<promise_type>::from_promise(*this);
      here.ready->push(*this);
    }

  private:
    root_listener* listener_ = nullptr;
    std::exception_ptr thrown_;
  };

  /// Queues `body` to run under `here`. `listener` is notified on completion and must live until then.
  static void launch(const context& here, task<void> body, root_listener& listener) {
    run(std::move(body)).promise_->start(here, listener);
  }

private:
  explicit root(promise_type& promise) noexcept : promise_(&promise) {}

  static root run(task<void> body) { co_await std::move(body); }

  promise_type* promise_;
};

}  // namespace pappus::coro
