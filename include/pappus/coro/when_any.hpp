// Runs several tasks concurrently until the first one completes.
#pragma once

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include <pappus/coro/scope.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/coro/when_all.hpp>

namespace pappus::coro {

namespace detail {

template <std::size_t Index, class T, class First>
task<void> race(scope& racing, task<T> body, std::optional<First>& first) {
  if constexpr (std::is_void_v<T>) {
    co_await std::move(body);
    if (!first) first.emplace(std::in_place_index<Index>);
  } else {
    T given = co_await std::move(body);
    if (!first) first.emplace(std::in_place_index<Index>, std::move(given));
  }
  racing.request_stop();
}

template <std::size_t... Index, class First, class... Ts>
void spawn_race(scope& racing, std::index_sequence<Index...> /*indices*/, std::optional<First>& first,
                task<Ts>&... tasks) {
  (racing.spawn(race<Index>(racing, std::move(tasks), first)), ...);
}

}  // namespace detail

/// Completes with the value of the first task to complete, in a variant whose index is that task's. The others are
/// stopped and waited for; their values are dropped. An exception in any of them is rethrown when all have completed.
template <class... Ts>
[[nodiscard]] task<std::variant<non_void_t<Ts>...>> when_any(task<Ts>... tasks) {
  using first_type = std::variant<non_void_t<Ts>...>;
  std::optional<first_type> first;
  co_await with_scope(
      [&](scope& racing) { detail::spawn_race(racing, std::index_sequence_for<Ts...>{}, first, tasks...); });
  co_return std::move(*first);
}

}  // namespace pappus::coro

namespace pappus {
using coro::when_any;
}  // namespace pappus
