// A value or an error, as a return type. Failures of peers and networks are ordinary results here, not exceptions.
#pragma once

#include <system_error>
#include <type_traits>
#include <utility>
#include <variant>

namespace pappus {

/// Wraps an error for conversion to a `result`, so that a value and an error of the same type are distinguished.
template <class E>
class failure {
public:
  constexpr explicit failure(E error) noexcept(std::is_nothrow_move_constructible_v<E>) : error_(std::move(error)) {}

  /// The error.
  constexpr E& error() & noexcept { return error_; }
  constexpr E&& error() && noexcept { return std::move(error_); }

private:
  E error_;
};

template <class T, class E = std::error_code>
class result;

template <class U>
inline constexpr bool is_outcome = false;
template <class E>
inline constexpr bool is_outcome<failure<E>> = true;
template <class T, class E>
inline constexpr bool is_outcome<result<T, E>> = true;

/// Types from which the value of a `result<T>` can be constructed: everything that constructs a `T` except a failure or
/// another result, from which a `bool` would be constructed, losing the error.
template <class U, class T>
concept value_for = (std::is_same_v<std::remove_cvref_t<U>, T> ||
                     !is_outcome<std::remove_cvref_t<U>>)&&std::is_constructible_v<T, U&&>;

/// A value of type `T`, or an error of type `E`. Access to the one that it does not hold is a programming error and
/// throws `std::bad_variant_access`.
template <class T, class E>
class [[nodiscard]] result {
public:
  using value_type = T;
  using error_type = E;

  /// A success. Implicit if a `U` converts to a `T` implicitly.
  template <class U = T>
  requires value_for<U, T>
  constexpr explicit(!std::is_convertible_v<U&&, T>) result(U&& value)
      : state_(std::in_place_index<0>, std::forward<U>(value)) {}

  template <class F>
  requires std::is_constructible_v<E, F&&>
  constexpr result(failure<F> failed) : state_(std::in_place_index<1>, std::move(failed).error()) {}

  /// Whether it holds no error.
  [[nodiscard]] constexpr bool has_value() const noexcept { return state_.index() == 0; }
  constexpr explicit operator bool() const noexcept { return has_value(); }

  /// The value. If there is none, `std::bad_variant_access` is thrown.
  [[nodiscard]] constexpr T& value() & { return std::get<0>(state_); }
  [[nodiscard]] constexpr const T& value() const& { return std::get<0>(state_); }
  [[nodiscard]] constexpr T&& value() && { return std::get<0>(std::move(state_)); }

  /// As `value`.
  constexpr T& operator*() & { return value(); }
  constexpr const T& operator*() const& { return value(); }
  constexpr T&& operator*() && { return std::move(*this).value(); }
  constexpr T* operator->() { return &value(); }
  constexpr const T* operator->() const { return &value(); }

  /// The error. If there is none, `std::bad_variant_access` is thrown.
  [[nodiscard]] constexpr E& error() & { return std::get<1>(state_); }
  [[nodiscard]] constexpr const E& error() const& { return std::get<1>(state_); }
  [[nodiscard]] constexpr E&& error() && { return std::get<1>(std::move(state_)); }

  /// The value, or `otherwise` if there is none.
  template <class U>
  [[nodiscard]] constexpr T value_or(U&& otherwise) && {
    if (has_value()) return std::move(*this).value();
    return static_cast<T>(std::forward<U>(otherwise));
  }

private:
  std::variant<T, E> state_;
};

/// Success without a value, or an error of type `E`.
template <class E>
class [[nodiscard]] result<void, E> {
public:
  using value_type = void;
  using error_type = E;

  constexpr result() noexcept = default;

  template <class F>
  requires std::is_constructible_v<E, F&&>
  constexpr result(failure<F> failed) : state_(std::in_place_index<1>, std::move(failed).error()) {}

  /// Whether it holds no error.
  [[nodiscard]] constexpr bool has_value() const noexcept { return state_.index() == 0; }
  constexpr explicit operator bool() const noexcept { return has_value(); }

  /// The error. If there is none, `std::bad_variant_access` is thrown.
  [[nodiscard]] constexpr E& error() & { return std::get<1>(state_); }
  [[nodiscard]] constexpr const E& error() const& { return std::get<1>(state_); }
  [[nodiscard]] constexpr E&& error() && { return std::get<1>(std::move(state_)); }

private:
  std::variant<std::monostate, E> state_;
};

}  // namespace pappus

/// Declares `name` as the value of a result expression, or returns its error from the function. PAPPUS_TRY is for
/// plain functions, PAPPUS_CO_TRY for coroutines; the expression may await.
#define PAPPUS_TRY(name, ...)                                                         \
  auto name##_or_error = __VA_ARGS__;                                                 \
  if (!name##_or_error) return ::pappus::failure{std::move(name##_or_error).error()}; \
  auto name = std::move(name##_or_error).value()

#define PAPPUS_CO_TRY(name, ...)                                                         \
  auto name##_or_error = __VA_ARGS__;                                                    \
  if (!name##_or_error) co_return ::pappus::failure{std::move(name##_or_error).error()}; \
  auto name = std::move(name##_or_error).value()

/// The same for a result whose value is not needed.
#define PAPPUS_TRY_DISCARD(...)                                                                        \
  do {                                                                                                 \
    if (auto or_error = __VA_ARGS__; !or_error) return ::pappus::failure{std::move(or_error).error()}; \
  } while (false)

#define PAPPUS_CO_TRY_DISCARD(...)                                                                        \
  do {                                                                                                    \
    if (auto or_error = __VA_ARGS__; !or_error) co_return ::pappus::failure{std::move(or_error).error()}; \
  } while (false)
