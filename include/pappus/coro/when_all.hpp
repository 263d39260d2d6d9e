// Runs several tasks concurrently and waits for all of them.
#pragma once

#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <pappus/coro/scope.hpp>
#include <pappus/coro/task.hpp>

namespace pappus::coro {

/// The type of a task's value in a tuple or variant: `T`, or `std::monostate` for void.
template <class T>
using non_void_t = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

namespace detail {

template <class T>
task<void> store(task<T> body, std::optional<non_void_t<T>>& slot) {
  if constexpr (std::is_void_v<T>) {
    co_await std::move(body);
    slot.emplace();
  } else {
    slot.emplace(co_await std::move(body));
  }
}

template <std::size_t... Index, class... Ts>
void spawn_all(scope& side_by_side, std::index_sequence<Index...> /*indices*/,
               std::tuple<std::optional<non_void_t<Ts>>...>& slots, task<Ts>&... tasks) {
  (side_by_side.spawn(store(std::move(tasks), std::get<Index>(slots))), ...);
}

}  // namespace detail

/// Completes with all results in a tuple, in the order of the tasks. An exception in one task stops the others and is
/// rethrown when all have completed; an error value stops none of them.
template <class... Ts>
[[nodiscard]] task<std::tuple<non_void_t<Ts>...>> when_all(task<Ts>... tasks) {
  std::tuple<std::optional<non_void_t<Ts>>...> slots;
  co_await with_scope(
      [&](scope& side_by_side) { detail::spawn_all(side_by_side, std::index_sequence_for<Ts...>{}, slots, tasks...); });
  co_return std::apply([](auto&... slot) { return std::tuple<non_void_t<Ts>...>{std::move(*slot)...}; }, slots);
}

/// Overload for any number of tasks of one type.
template <class T>
[[nodiscard]] task<std::vector<non_void_t<T>>> when_all(std::vector<task<T>> tasks) {
  std::vector<std::optional<non_void_t<T>>> slots(tasks.size());
  co_await with_scope([&](scope& side_by_side) {
    for (std::size_t i = 0; i != tasks.size(); ++i) {
      side_by_side.spawn(detail::store(std::move(tasks[i]), slots[i]));
    }
  });
  std::vector<non_void_t<T>> given;
  given.reserve(slots.size());
  for (auto& slot : slots) given.push_back(std::move(*slot));
  co_return given;
}

}  // namespace pappus::coro

namespace pappus {
using coro::when_all;
}  // namespace pappus
