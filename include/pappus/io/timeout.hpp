// Deadlines and timeouts for operations.
#pragma once

#include <coroutine>
#include <optional>
#include <system_error>
#include <type_traits>
#include <utility>

#include <pappus/coro/awaitable.hpp>
#include <pappus/coro/awaited_once.hpp>
#include <pappus/coro/promise.hpp>
#include <pappus/coro/stop.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/error.hpp>
#include <pappus/exceptions.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/time.hpp>
#include <pappus/lifetime_bound.hpp>
#include <pappus/result.hpp>

namespace pappus::io {

/// Requests a stop under its own token at a time that can be moved. Moving it later, as a session does whenever its
/// peer sends something, only stores the time: the one timer notices when it fires and is armed again. If it fires more
/// than a second late, as after a suspension of the machine, what has arrived meanwhile is read first.
class deadline final : private timer_node {
public:
  /// Not armed yet. A stop of `parent` also stops `token()`.
  deadline(runtime& runtime, coro::stop_token parent) noexcept : runtime_(runtime), limit_(parent) {}

  /// Expires in the next turn if `when` has passed.
  void expires_at(time_point when) noexcept {
    when_ = when;
    if (!armed() || when < due()) arm();
  }
  /// As `expires_at`, `after` from now.
  void expires_after(duration after) noexcept { expires_at(saturating_add(runtime_.now(), after)); }
  /// Expires at no time, until another is set.
  void cancel() noexcept { when_ = never; }

  /// Whether it requested the stop because the time was reached.
  [[nodiscard]] bool expired() const noexcept { return expired_; }
  /// Is stopped at the deadline, and by the parent.
  [[nodiscard]] coro::stop_token token() noexcept { return limit_.token(); }

  /// Returns `errc::timed_out` for `errc::canceled` if this deadline requested the stop; other errors unchanged.
  [[nodiscard]] std::error_code translate(std::error_code error) const noexcept {
    return expired_ && error == make_error_code(errc::canceled) ? make_error_code(errc::timed_out) : error;
  }

private:
  void arm() noexcept;
  void on_timer() noexcept override;

  runtime& runtime_;
  coro::stop_source limit_;
  time_point when_ = never;
  bool expired_ = false;
  bool postponed_ = false;  // it was late, and fires in the next turn
};

/// For cleanup that must finish when everything else stops: stops its own token a fixed time after another token is
/// stopped.
class grace_period final : private coro::stop_callback {
public:
  /// Not started yet.
  grace_period(runtime& runtime, duration length) noexcept : limit_(runtime, {}), length_(length) {}

  /// Starts the period when `stopped` is stopped, at once if it already is.
  void begin_with(coro::stop_token stopped) noexcept;

  /// Whether the period is over.
  [[nodiscard]] bool expired() const noexcept { return limit_.expired(); }
  /// Is stopped when the period is over.
  [[nodiscard]] coro::stop_token token() noexcept { return limit_.token(); }

private:
  deadline limit_;
  duration length_;
};

/// What can be given a deadline: everything that a coroutine of the library can await and that gives a `result<T>`. A
/// task moves into the coroutine that bounds it; all else is awaited where it is.
template <class Awaitable>
concept fallible_awaitable =
    coro::awaitable<Awaitable> && is_outcome<std::remove_cvref_t<coro::await_result_t<Awaitable>>> &&
    std::is_same_v<typename std::remove_cvref_t<coro::await_result_t<Awaitable>>::error_type, std::error_code>;

/// Awaits `Awaitable` under a deadline. Refers to the operation, and so can be awaited only in the expression that
/// makes it. Allocates nothing: while it waits, the awaiting coroutine has the deadline's stop token.
template <fallible_awaitable Awaitable>
class [[nodiscard]] deadline_operation {
public:
  using result_type = std::remove_cvref_t<coro::await_result_t<Awaitable>>;
  using awaited_once = void;

  deadline_operation(runtime& runtime, time_point when, Awaitable&& bounded) noexcept
      : runtime_(runtime), when_(when), bounded_(std::forward<Awaitable>(bounded)) {}
  /// Not deleted, so that the compiler states the reason.
  deadline_operation(const deadline_operation& other) noexcept
      : runtime_(other.runtime_), when_(other.when_), bounded_(std::forward<Awaitable>(other.bounded_)) {
    static_assert(coro::never<Awaitable>,
                  "with_timeout and with_deadline of an operation refer to the operation: await them in the expression "
                  "in which they are called");
  }
  deadline_operation& operator=(const deadline_operation&) = delete;
  ~deadline_operation() = default;

  class awaiter {
  public:
    awaiter(runtime& runtime, time_point when, Awaitable&& bounded)
        : runtime_(runtime), when_(when), bounded_(coro::get_awaiter(std::forward<Awaitable>(bounded))) {}
    awaiter(const awaiter&) = delete;
    awaiter& operator=(const awaiter&) = delete;

    /// What need not wait needs no timer.
    [[nodiscard]] bool await_ready() { return static_cast<bool>(bounded_.await_ready()); }

    template <coro::library_promise Promise>
    [[gnu::noinline]] decltype(auto) await_suspend(std::coroutine_handle<Promise> handle) {
      begin(handle.promise());
      PAPPUS_EXCEPTIONS_TRY { return bounded_.await_suspend(handle); }
      PAPPUS_EXCEPTIONS_CATCH {
        end();
        std::rethrow_exception(std::current_exception());
      }
    }

    result_type await_resume() {
      // Also if an exception of a task leaves here.
      class ending {
      public:
        explicit ending(awaiter& which) noexcept : which_(which) {}
        ending(const ending&) = delete;
        ending& operator=(const ending&) = delete;
        ~ending() { which_.end(); }

      private:
        awaiter& which_;
      };
      const ending restores{*this};
      result_type given = bounded_.await_resume();
      if (given || !limit_) return given;
      return failure{limit_->translate(given.error())};
    }

  private:
    void begin(coro::promise_base& promise) noexcept {
      coro::stop_token& stop = promise.current().stop;
      limit_.emplace(runtime_, stop);
      limit_->expires_at(when_);
      promise_ = &promise;
      outer_ = std::exchange(stop, limit_->token());
    }
    void end() noexcept {
      if (!limit_) return;
      promise_->current().stop = outer_;
      limit_.reset();
    }

    runtime& runtime_;
    time_point when_;
    std::optional<deadline> limit_;          // from the suspension on
    coro::promise_base* promise_ = nullptr;  // set with `limit_`
    coro::stop_token outer_;                 // the coroutine's own, set with `limit_`
    coro::awaiter_t<Awaitable> bounded_;
  };

  /// The same with `when` if that is earlier.
  deadline_operation by(time_point when) && noexcept {
    return deadline_operation{runtime_, when < when_ ? when : when_, std::forward<Awaitable>(bounded_)};
  }

  /// By value, so that what has a name is refused.
  friend awaiter operator co_await(deadline_operation made_here) {
    return awaiter{made_here.runtime_, made_here.when_, std::forward<Awaitable>(made_here.bounded_)};
  }

private:
  runtime& runtime_;
  time_point when_;
  Awaitable&& bounded_;
};

/// Awaits `bounded`, but not longer than until `when`: `co_await with_deadline(net, when, peer->read_some(room))`.
/// Completes with the result of `bounded`, or with `errc::timed_out` if the deadline stopped `bounded` and `bounded`
/// then failed with `errc::canceled`; a stop from outside gives `errc::canceled`. A value that `bounded` still gives,
/// for example in the turn of the expiry, is kept. What `bounded` throws is rethrown.
///
/// `bounded` has completed before this does, whatever it needs for that, and a stop has the consequences that it always
/// has: a stream on which a write or an exact read was stopped half-way is poisoned. What need not wait is not stopped,
/// even when `when` has passed. `bounded` is stopped through the awaiting coroutine's token: a task that was given
/// another one with `with_stop_token` is not bounded.
///
/// For an operation (a read, a write, `accept`, `connect`, `receive`, `wait`, ...) this is an operation, too: it
/// allocates nothing, and must be awaited in the expression in which it is made. For the loop's thread.
template <class Awaitable>
requires fallible_awaitable<Awaitable&&>
[[nodiscard]] auto with_deadline(runtime& runtime, time_point when,
                                 Awaitable&& bounded PAPPUS_LIFETIME_BOUND) noexcept {
  return deadline_operation<Awaitable>{runtime, when, std::forward<Awaitable>(bounded)};
}

/// Overload for what has a deadline: the earlier one counts.
template <class Awaitable>
[[nodiscard]] auto with_deadline(runtime& /*runtime*/, time_point when,
                                 deadline_operation<Awaitable> bounded) noexcept {
  return std::move(bounded).by(when);
}

/// Overload for a task: this is a task that owns `body`, and may be stored and spawned.
template <class T>
[[nodiscard]] task<result<T>> with_deadline(runtime& runtime, time_point when, task<result<T>> body) {
  co_return co_await deadline_operation<task<result<T>>>{runtime, when, std::move(body)};
}

/// `with_deadline` at `limit` from now: from this call, not from when it is awaited.
template <class Awaitable>
requires fallible_awaitable<Awaitable&&>
[[nodiscard]] auto with_timeout(runtime& runtime, duration limit, Awaitable&& bounded PAPPUS_LIFETIME_BOUND) noexcept {
  return deadline_operation<Awaitable>{runtime, saturating_add(runtime.now(), limit), std::forward<Awaitable>(bounded)};
}

/// Overload for what has a deadline: the earlier one counts.
template <class Awaitable>
[[nodiscard]] auto with_timeout(runtime& runtime, duration limit, deadline_operation<Awaitable> bounded) noexcept {
  return std::move(bounded).by(saturating_add(runtime.now(), limit));
}

/// Overload for a task: this is a task that owns `body`, and may be stored and spawned.
template <class T>
[[nodiscard]] task<result<T>> with_timeout(runtime& runtime, duration limit, task<result<T>> body) {
  return with_deadline(runtime, saturating_add(runtime.now(), limit), std::move(body));
}

}  // namespace pappus::io
