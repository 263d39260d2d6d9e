// Calls a function for each value of a channel, at a limited rate.
#pragma once

#include <cstddef>
#include <functional>
#include <type_traits>
#include <utility>

#include <pappus/coro/awaitable.hpp>
#include <pappus/coro/budget.hpp>
#include <pappus/coro/channel.hpp>
#include <pappus/coro/scope.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/error.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/time.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/io/token_bucket.hpp>
#include <pappus/result.hpp>

namespace pappus::io {

namespace detail {

/// Calls `function`, awaits what it returns if that can be awaited, and gives its error, if it has any.
template <class Function, class T>
task<result<void>> call_for(Function& function, T& value) {
  using returned = std::invoke_result_t<Function&, T>;
  if constexpr (coro::awaitable<returned>) {
    using given = std::remove_cvref_t<coro::await_result_t<returned>>;
    if constexpr (is_outcome<given>) {
      const given ended = co_await std::invoke(function, std::move(value));
      if (!ended) co_return failure{ended.error()};
    } else {
      static_cast<void>(co_await std::invoke(function, std::move(value)));
    }
  } else if constexpr (is_outcome<returned>) {
    const returned ended = std::invoke(function, std::move(value));
    if (!ended) co_return failure{ended.error()};
  } else {
    static_cast<void>(std::invoke(function, std::move(value)));
  }
  co_return result<void>{};
}

}  // namespace detail

/// Receives from `from` and calls `function(T&&)`, one value after the other, one token of `limit` each:
/// `co_await for_each(net, jobs, token_bucket{100, 10, net.now()}, carry_out)`. `function` is a plain function or
/// returns a task (or another awaitable), which is awaited before the next value is received; it may take its parameter
/// by reference, also then. `function` and `limit` are moved or copied into the coroutine.
///
/// Completes with success once the channel is closed and empty. Fails with `errc::canceled` on a stop, and with the
/// error of `function` if that returns a `result<void>`, or a task of one. An exception of `function` is rethrown.
///
/// A value is received only when there is a token for it: one that `function` has not been called for is still in the
/// channel whatever ends the loop, and other receivers of the channel may take it. Hence a channel that is closed while
/// the loop waits for a token ends it only then: never, if no token ever comes because the rate is zero or the burst
/// less than one. `from` must outlive the task. For the loop's thread; each value charges one unit of the loop's
/// budget.
template <class T, class Function>
[[nodiscard]] task<result<void>> for_each(runtime& runtime, channel<T>& from, token_bucket limit, Function function) {
  const coro::context here = co_await coro::current_context{};
  while (!from.closed() || from.size() != 0) {
    if (here.stop.stop_requested()) co_return failure{errc::canceled};
    const duration until_token = limit.time_until(runtime.now());
    if (until_token != duration::zero()) {
      const auto slept = co_await sleep_for(runtime, until_token);
      if (!slept) co_return failure{slept.error()};
      continue;
    }
    co_await coro::consume_budget(coro::ready_queue::resume_cost);
    auto value = co_await from.receive();
    if (!value && value.error() == make_error_code(errc::closed)) break;
    if (!value) co_return failure{value.error()};
    static_cast<void>(limit.try_consume(runtime.now()));
    const auto called = co_await detail::call_for(function, *value);
    if (!called) co_return failure{called.error()};
  }
  co_return result<void>{};
}

}  // namespace pappus::io
