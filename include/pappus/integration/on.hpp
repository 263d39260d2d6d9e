// Has a thread of the host's answer what the node asks, or hear what it tells.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <pappus/integration/inbox.hpp>
#include <pappus/peer/reply.hpp>

namespace pappus::integration {
namespace detail {

template <class T>
inline constexpr bool is_reply = false;
template <class Answer>
inline constexpr bool is_reply<peer::responder<Answer>> = true;

/// What lasts until it is needed, of what lasts for a call.
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
  try {
    to(function(std::get<I>(kept)...));
  } catch (...) {
    to.fail(std::current_exception());
  }
}

}  // namespace detail

/// See `on`.
template <class Function>
class executor_binder {
public:
  executor_binder(executor by, Function function)
      : executor_(std::move(by)), function_(std::make_shared<const Function>(std::move(function))) {}

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
  std::shared_ptr<const Function> function_;  // shared with what is on its way, and called on the executor's threads
};

/// For the functions of `peer::host`: what it gives can be one of them, and has `by` call `function`, with copies of
/// what the node gave, on a thread of the host's; what it returns goes back to the loop as the answer, and what it
/// throws as if it had been thrown there. A notice has no way back: what it throws leaves the executor. An executor
/// that throws such a call away leaves the question without an answer.
///
///   host.find_block = integration::on(chain.thread(), [&chain](const wire::hash& id) { return chain.find(id); });
template <class Function>
[[nodiscard]] executor_binder<Function> bind_executor(executor by, Function function) {
  return {std::move(by), std::move(function)};
}

}  // namespace pappus::integration
