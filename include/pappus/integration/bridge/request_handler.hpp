// Adapter function that returns its result or completes it later.
#pragma once

#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

#include <pappus/integration/bridge/responder.hpp>

namespace pappus::integration {

template <class Signature>
class request_handler;

/// Holds a function that returns the result, or one that takes a `responder` after the other parameters and returns
/// nothing. Either is called on the loop and must not block. The arguments are valid until it returns: a function that
/// completes its result later copies what it keeps. Exceptions are those of an adapter function (`adapter`).
template <class Result, class... Args>
class request_handler<Result(Args...)> {
public:
  /// The two kinds of function that it holds.
  using immediate = std::function<Result(Args...)>;
  using eventual = std::function<void(Args..., responder<Result>)>;

  request_handler() = default;

  template <class Function>
  requires(!std::same_as<std::remove_cvref_t<Function>, request_handler> &&
           std::is_invocable_r_v<Result, Function&, Args...>) request_handler(Function answer)
      : immediate_(std::move(answer)) {}

  template <class Function>
  requires(!std::is_invocable_r_v<Result, Function&, Args...> &&
           std::is_invocable_v<Function&, Args..., responder<Result>>) request_handler(Function answer)
      : eventual_(std::move(answer)) {}

  /// Whether it holds a function.
  [[nodiscard]] explicit operator bool() const noexcept { return immediate_ || eventual_; }
  /// Whether that function returns the result itself.
  [[nodiscard]] bool is_immediate() const noexcept { return static_cast<bool>(immediate_); }

  /// Returns the result; only if it `is_immediate`.
  Result operator()(Args... asked) const { return immediate_(std::forward<Args>(asked)...); }

  /// For functions that take a `responder`: only if it holds one and not `is_immediate`.
  void operator()(Args... asked, responder<Result> to) const { eventual_(std::forward<Args>(asked)..., std::move(to)); }

private:
  immediate immediate_;
  eventual eventual_;
};

}  // namespace pappus::integration
