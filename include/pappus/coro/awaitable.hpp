// What a coroutine of the library can await, and what that gives: for functions that take any awaitable.
#pragma once

#include <coroutine>
#include <type_traits>
#include <utility>

#include <pappus/coro/awaited_once.hpp>
#include <pappus/coro/task.hpp>

namespace pappus::coro {

namespace detail {

template <class Awaitable>
concept member_co_await = requires(Awaitable&& awaited) {
  std::forward<Awaitable>(awaited).operator co_await();
};

template <class Awaitable>
concept free_co_await = requires(Awaitable&& awaited) {
  operator co_await(std::forward<Awaitable>(awaited));
};

}  // namespace detail

/// The awaiter that `co_await` uses: what the operator `co_await` of `awaited` returns, otherwise `awaited` itself.
template <class Awaitable>
[[nodiscard]] Awaitable&& get_awaiter(Awaitable&& awaited) {
  return static_cast<Awaitable&&>(awaited);
}
template <detail::member_co_await Awaitable>
[[nodiscard]] auto get_awaiter(Awaitable&& awaited) -> decltype(std::forward<Awaitable>(awaited).operator co_await()) {
  return std::forward<Awaitable>(awaited).operator co_await();
}
template <detail::free_co_await Awaitable>
[[nodiscard]] auto get_awaiter(Awaitable&& awaited) -> decltype(operator co_await(std::forward<Awaitable>(awaited))) {
  return operator co_await(std::forward<Awaitable>(awaited));
}

/// The type of that awaiter.
template <class Awaitable>
using awaiter_t = decltype(get_awaiter(std::declval<Awaitable>()));

/// The type of `co_await std::declval<Awaitable>()`.
template <class Awaitable>
using await_result_t = decltype(std::declval<awaiter_t<Awaitable>&>().await_resume());

/// What a task may await: the library's operations, tasks, and everything else that makes do with any promise. `T&`
/// stands for an lvalue, `T` for an rvalue.
template <class Awaitable>
concept awaitable = !(std::is_lvalue_reference_v<Awaitable> && awaited_once<Awaitable>)&&requires(
    awaiter_t<Awaitable> & awaiter, std::coroutine_handle<task_promise<void>> parent) {
  static_cast<bool>(awaiter.await_ready());
  awaiter.await_suspend(parent);
  awaiter.await_resume();
};

}  // namespace pappus::coro
