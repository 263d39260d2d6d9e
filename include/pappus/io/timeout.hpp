// Bounds in time: for one operation, and for as long as somebody keeps moving the bound.
#pragma once

#include <utility>

#include <pappus/coro/event.hpp>
#include <pappus/coro/scope.hpp>
#include <pappus/coro/stop.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/error.hpp>
#include <pappus/io/network.hpp>
#include <pappus/io/time.hpp>
#include <pappus/result.hpp>

namespace pappus::io {

/// Stops what runs under its token at a time that can be moved. Moving it later, as a session does at every sign of
/// life, only stores the time: the one timer finds out when it fires and goes on sleeping.
class deadline final : private timer_node {
public:
  /// Passes on the stops of `parent`, too. Not armed yet.
  deadline(runtime& on, coro::stop_token parent) noexcept : on_(on), limit_(parent) {}

  /// In the next turn if `when` has passed.
  void expires_at(time_point when) noexcept {
    when_ = when;
    if (!armed() || when < due()) arm();
  }
  void expires_after(duration after) noexcept { expires_at(saturating_add(on_.now(), after)); }
  void cancel() noexcept { when_ = never; }

  /// Whether it has stopped what ran under it because the time was up.
  [[nodiscard]] bool expired() const noexcept { return expired_; }
  [[nodiscard]] coro::stop_token token() noexcept { return limit_.token(); }

  /// `errc::canceled` is `errc::timed_out` if it was this deadline's doing; other errors stay what they are.
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

/// For what has to be brought to an end when everything else stops: stops what runs under its own token a while after
/// another was stopped.
class grace_period final : private coro::stop_callback {
public:
  /// Not begun yet.
  grace_period(runtime& on, duration length) noexcept : limit_(on, {}), length_(length) {}

  /// Begins when `stopped` is, at once if it has been.
  void begin_with(coro::stop_token stopped) noexcept;

  [[nodiscard]] bool expired() const noexcept { return limit_.expired(); }
  [[nodiscard]] coro::stop_token token() noexcept { return limit_.token(); }

private:
  deadline limit_;
  duration length_;
};

/// Gives what `body` gives, or `errc::timed_out` after it has been stopped for being late and has ended. A value that
/// comes all the same, in the turn in which the time runs out, counts.
template <class T>
[[nodiscard]] task<result<T>> with_deadline(runtime& on, time_point when, task<result<T>> body) {
  const coro::context here = co_await coro::current_context{};
  deadline limit{on, here.stop};
  limit.expires_at(when);
  auto given = co_await std::move(body).with_stop_token(limit.token());
  if (given) co_return given;
  co_return failure{limit.translate(given.error())};
}

/// The same, `limit` from now.
template <class T>
[[nodiscard]] task<result<T>> with_timeout(runtime& on, duration limit, task<result<T>> body) {
  return with_deadline(on, saturating_add(on.now(), limit), std::move(body));
}

/// A connection within `limit`.
[[nodiscard]] task<result<stream_ptr>> connect_within(runtime& on, duration limit, endpoint remote);

/// Completes when the event is set, or fails with `errc::timed_out` after `limit`.
[[nodiscard]] task<result<void>> wait_within(runtime& on, duration limit, event& awaited);

}  // namespace pappus::io
