// Results: values, errors, conversions and the TRY macros.
#include <any>
#include <memory>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/coro/task.hpp>
#include <pappus/coro/yield.hpp>
#include <pappus/error.hpp>
#include <pappus/result.hpp>

#include "support/manual_loop.hpp"

namespace result_test {

using pappus::errc;
using pappus::failure;
using pappus::result;
using pappus::task;

namespace {

/// An error type other than std::error_code.
struct misfit {
  misfit(std::string in_field, int at_offset) : field(std::move(in_field)), offset(at_offset) {}
  std::string field;
  int offset;
};

result<int> half_of(int number) {
  if (number % 2 != 0) return failure{errc::end_of_stream};
  return number / 2;
}

result<void> must_be_even(int number) {
  if (number % 2 != 0) return failure{errc::closed};
  return {};
}

result<std::string> quarter_of(int number) {
  PAPPUS_TRY(half, half_of(number));
  PAPPUS_TRY(quarter, half_of(half));
  PAPPUS_TRY_DISCARD(must_be_even(quarter));
  return std::to_string(quarter);
}

task<result<int>> slow_half_of(int number) {
  co_await pappus::coro::yield();
  co_return half_of(number);
}

task<result<void>> slow_must_be_even(int number) {
  co_await pappus::coro::yield();
  co_return must_be_even(number);
}

task<result<std::string>> slow_quarter_of(int number) {
  PAPPUS_CO_TRY(half, co_await slow_half_of(number));
  PAPPUS_CO_TRY(quarter, co_await slow_half_of(half));
  PAPPUS_CO_TRY_DISCARD(co_await slow_must_be_even(quarter));
  co_return std::to_string(quarter);
}

}  // namespace

TEST_CASE("a result holds its value or its error") {
  const result<int> good = 3;
  CHECK(good.has_value());
  CHECK(static_cast<bool>(good));
  CHECK(*good == 3);

  const result<int> bad = failure{errc::timed_out};
  CHECK_FALSE(bad.has_value());
  CHECK_FALSE(static_cast<bool>(bad));
  CHECK(bad.error() == errc::timed_out);
}

TEST_CASE("a result<void> succeeds unless it has an error") {
  const result<void> good;
  CHECK(good.has_value());
  const result<void> bad = failure{errc::closed};
  CHECK(bad.error() == errc::closed);
}

TEST_CASE("reading the absent side throws") {
  result<int> good = 3;
  CHECK_THROWS_AS(static_cast<void>(good.error()), std::bad_variant_access);
  result<int> bad = failure{errc::closed};
  CHECK_THROWS_AS(static_cast<void>(bad.value()), std::bad_variant_access);
  CHECK_THROWS_AS(static_cast<void>(*std::move(bad)), std::bad_variant_access);
  result<void> nothing;
  CHECK_THROWS_AS(static_cast<void>(nothing.error()), std::bad_variant_access);
}

TEST_CASE("a value and an error of the same type are distinguished") {
  const result<std::string, std::string> good = std::string{"text"};
  const result<std::string, std::string> bad = failure{std::string{"text"}};
  CHECK(good.has_value());
  CHECK_FALSE(bad.has_value());
  const result<std::error_code> code = make_error_code(errc::closed);
  CHECK(code.has_value());
}

TEST_CASE("a result of a move-only value can be moved from") {
  result<std::unique_ptr<int>> made = std::make_unique<int>(4);
  CHECK(**made == 4);
  const std::unique_ptr<int> taken = std::move(made).value();
  CHECK(*taken == 4);
  CHECK(*made == nullptr);
}

TEST_CASE("value_or replaces an error") {
  CHECK(half_of(8).value_or(-1) == 4);
  CHECK(half_of(7).value_or(-1) == -1);
}

TEST_CASE("an error may be of any type") {
  const auto read = [](bool fits) -> result<int, misfit> {
    if (!fits) return failure{misfit{"height", 12}};
    return 1;
  };
  CHECK(read(true).has_value());
  const result<int, misfit> bad = read(false);
  CHECK(bad.error().field == "height");
  CHECK(bad.error().offset == 12);
}

TEST_CASE("a result converts implicitly only from types that its value converts from") {
  static_assert(std::is_convertible_v<const char*, result<std::string>>);
  static_assert(!std::is_convertible_v<int, result<std::vector<int>>>);
  static_assert(std::is_constructible_v<result<std::vector<int>>, int>);
  static_assert(!std::is_constructible_v<result<std::string>, std::vector<int>>);
}

TEST_CASE("a result does not convert from another's success, nor a value from a failure") {
  static_assert(!std::is_constructible_v<result<bool>, result<int>>);
  static_assert(!std::is_constructible_v<result<bool>, result<void>>);
  static_assert(std::is_convertible_v<result<int>, result<result<int>>>);
  const result<std::any> bad = failure{errc::closed};
  CHECK(bad.error() == errc::closed);
}

TEST_CASE("TRY evaluates to the value, or returns the error from the function") {
  CHECK(quarter_of(8).value() == "2");
  CHECK(quarter_of(7).error() == errc::end_of_stream);
  CHECK(quarter_of(6).error() == errc::end_of_stream);
  CHECK(quarter_of(4).error() == errc::closed);
}

TEST_CASE("CO_TRY evaluates to the value, or returns the error from the coroutine") {
  support::manual_loop loop;
  CHECK(loop.run(slow_quarter_of(8)).value() == "2");
  CHECK(loop.run(slow_quarter_of(7)).error() == errc::end_of_stream);
  CHECK(loop.run(slow_quarter_of(6)).error() == errc::end_of_stream);
  CHECK(loop.run(slow_quarter_of(4)).error() == errc::closed);
}

TEST_CASE("TRY moves move-only values") {
  const auto make = [](bool really) -> result<std::unique_ptr<int>> {
    if (!really) return failure{errc::closed};
    return std::make_unique<int>(5);
  };
  const auto use = [&make](bool really) -> result<int> {
    PAPPUS_TRY(made, make(really));
    return *made;
  };
  CHECK(*use(true) == 5);
  CHECK(use(false).error() == errc::closed);
}

TEST_CASE("a result can be constexpr") {
  constexpr result<int, int> good = 3;
  constexpr result<int, int> bad = failure{4};
  static_assert(good.has_value() && *good == 3);
  static_assert(!bad.has_value() && bad.error() == 4);
}

}  // namespace result_test
