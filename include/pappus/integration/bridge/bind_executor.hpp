// Binds adapter functions to an executor, so that a thread of the application executes the node's adapter calls and
// notifications.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <pappus/exceptions.hpp>
#include <pappus/integration/bridge/responder.hpp>
#include <pappus/integration/threads/blocking_receiver.hpp>

namespace pappus::integration {
namespace detail {

template <class T>
inline constexpr bool is_reply = false;
template <class Answer>
inline constexpr bool is_reply<integration::responder<Answer>> = true;

/// An owning copy of an argument that is valid only during the call.
template <class T>
[[nodiscard]] T keep(const T& given) {
  return given;
}
template <class T>
[[nodiscard]] std::vector<T> keep(std::span<const T> given) {
  return {given.begin(), given.end()};
}

template <class Function, class Kept, std::size_t... I>
void answer(const Function& function, const Kept& kept, std::index_sequence<I...>) {
  const auto& to = std::get<sizeof...(I)>(kept);
  PAPPUS_EXCEPTIONS_TRY { to(function(std::get<I>(kept)...)); }
  PAPPUS_EXCEPTIONS_CATCH { to.fail(std::current_exception()); }
}

}  // namespace detail

/// Result of `bind_executor`.
template <class Function>
class executor_binder {
public:
  executor_binder(executor by, Function function)
      : executor_(std::move(by)), function_(std::make_shared<const Function>(std::move(function))) {}

  /// Copies the arguments and passes the call to the executor. Returns at once.
  template <class... Given>
  void operator()(const Given&... given) const {
    executor_([function = function_, kept = std::make_tuple(detail::keep(given)...)] {
      using last = std::tuple_element_t<sizeof...(Given) - 1, std::tuple<Given...>>;
      if constexpr (detail::is_reply<last>) {
        detail::answer(*function, kept, std::make_index_sequence<sizeof...(Given) - 1>{});
      } else {
        std::apply(*function, kept);
      }
    });
  }

private:
  executor executor_;
  std::shared_ptr<const Function> function_;  // shared with calls under way; called on the executor's threads
};

/// Wraps a function of `integration::adapter` so that `by` calls `function`, with copies of the node's arguments, on a
/// thread of the application. The return value goes back to the loop as the response; an exception is handled as if
/// thrown on the loop. A notification has no response: its exception leaves the executor. If the executor discards such
/// a call, the adapter call gets no response.
///
///   adapter.get_block = integration::bind_executor(chain.thread(),
///                                                [&chain](const wire::hash& id) { return chain.find(id); });
template <class Function>
[[nodiscard]] executor_binder<Function> bind_executor(executor by, Function function) {
  return {std::move(by), std::move(function)};
}

}  // namespace pappus::integration
