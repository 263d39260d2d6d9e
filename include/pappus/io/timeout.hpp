// Deadlines and timeouts for operations.
#pragma once

#include <utility>

#include <pappus/coro/event.hpp>
#include <pappus/coro/scope.hpp>
#include <pappus/coro/stop.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/error.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/time.hpp>
#include <pappus/result.hpp>

namespace pappus::io {

/// Requests a stop under its own token at a time that can be moved. Moving it later, as a session does whenever its
/// peer sends something, only stores the time: the one timer notices when it fires and is armed again.
class deadline final : private timer_node {
public:
  /// Not armed yet. A stop of `parent` also stops `token()`.
  deadline(runtime& on, coro::stop_token parent) noexcept : on_(on), limit_(parent) {}

  /// Expires in the next turn if `when` has passed.
  void expires_at(time_point when) noexcept {
    when_ = when;
    if (!armed() || when < due()) arm();
  }
  void expires_after(duration after) noexcept { expires_at(saturating_add(on_.now(), after)); }
  void cancel() noexcept { when_ = never; }

  /// Whether it requested the stop because the time was reached.
  [[nodiscard]] bool expired() const noexcept { return expired_; }
  [[nodiscard]] coro::stop_token token() noexcept { return limit_.token(); }

  /// Returns `errc::timed_out` for `errc::canceled` if this deadline requested the stop; other errors unchanged.
  [[nodiscard]] std::error_code translate(std::error_code why) const noexcept {
    return expired_ && why == make_error_code(errc::canceled) ? make_error_code(errc::timed_out) : why;
  }

private:
  void arm() noexcept;
  void on_timer() noexcept override;

  runtime& on_;
  coro::stop_source limit_;
  time_point when_ = never;
  bool expired_ = false;
};

/// For cleanup that must finish when everything else stops: stops its own token a fixed time after another token is
/// stopped.
class grace_period final : private coro::stop_callback {
public:
  /// Not started yet.
  grace_period(runtime& on, duration length) noexcept : limit_(on, {}), length_(length) {}

  /// Starts the period when `stopped` is stopped, at once if it already is.
  void begin_with(coro::stop_token stopped) noexcept;

  [[nodiscard]] bool expired() const noexcept { return limit_.expired(); }
  [[nodiscard]] coro::stop_token token() noexcept { return limit_.token(); }

private:
  deadline limit_;
  duration length_;
};

/// Completes with the result of `body`, or with `errc::timed_out` if the deadline stopped `body` and `body` then failed
/// with `errc::canceled`. A value that `body` still returns, for example in the turn of the expiry, is kept.
template <class T>
[[nodiscard]] task<result<T>> with_deadline(runtime& on, time_point when, task<result<T>> body) {
  const coro::context here = co_await coro::current_context{};
  deadline limit{on, here.stop};
  limit.expires_at(when);
  auto given = co_await std::move(body).with_stop_token(limit.token());
  if (given) co_return given;
  co_return failure{limit.translate(given.error())};
}

/// `with_deadline` at `limit` from now.
template <class T>
[[nodiscard]] task<result<T>> with_timeout(runtime& on, duration limit, task<result<T>> body) {
  return with_deadline(on, saturating_add(on.now(), limit), std::move(body));
}

/// Connects, or fails with `errc::timed_out` after `limit`.
[[nodiscard]] task<result<stream_ptr>> connect_within(runtime& on, duration limit, endpoint remote);

/// Completes when the event is set, or fails with `errc::timed_out` after `limit`.
[[nodiscard]] task<result<void>> wait_within(runtime& on, duration limit, event& awaited);

}  // namespace pappus::io
