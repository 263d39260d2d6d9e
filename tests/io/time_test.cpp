// Conversions and arithmetic of durations and times that saturate.
#include <chrono>
#include <limits>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/io/random.hpp>
#include <pappus/io/time.hpp>
#include <pappus/sim/world.hpp>

#include "../support/extremes.hpp"

namespace time_test {

using namespace pappus::io;
using namespace std::chrono_literals;

namespace {

template <class T>
concept becomes_a_duration = std::is_convertible_v<T, duration>;

constexpr time_point at(duration::rep nanoseconds) { return time_point{duration{nanoseconds}}; }
constexpr wall_time wall_at(std::int64_t milliseconds) { return wall_time{std::chrono::milliseconds{milliseconds}}; }

}  // namespace

TEST_CASE("a duration of any unit is converted to io::duration; one out of its range to the nearest end") {
  static_assert(duration{3h} == 3h);
  static_assert(duration{} == duration::zero());
  static_assert(duration{std::chrono::hours::max()} == duration::max());
  static_assert(duration{std::chrono::hours::min()} == duration::min());
  static_assert(duration{std::chrono::nanoseconds::max()} == duration::max());
  static_assert(duration{std::chrono::nanoseconds::min()} == duration::min());

  const std::chrono::seconds longest = std::chrono::floor<std::chrono::seconds>(duration::max());
  CHECK(duration{longest} == longest);
  CHECK(duration{longest + 1s} == duration::max());
  CHECK(duration{-longest} == -longest);
  CHECK(duration{-longest - 1s} == duration::min());

  using unsigned_seconds = std::chrono::duration<std::uint64_t>;
  CHECK(duration{unsigned_seconds{5}} == 5s);
  CHECK(duration{unsigned_seconds::max()} == duration::max());
  CHECK(duration{std::numeric_limits<std::uint64_t>::max()} == duration::max());
  CHECK(duration{std::chrono::years{292}} < duration::max());
  CHECK(duration{std::chrono::years{293}} == duration::max());
}

TEST_CASE("only conversions without loss are implicit") {
  static_assert(becomes_a_duration<std::chrono::hours> && becomes_a_duration<std::chrono::nanoseconds>);
  static_assert(!becomes_a_duration<std::chrono::duration<double>>);
  static_assert(!becomes_a_duration<std::chrono::duration<std::int64_t, std::pico>>);
  static_assert(!becomes_a_duration<std::int64_t>);
}

TEST_CASE("a floating-point duration loses its fraction, and NaN becomes zero") {
  using seconds = std::chrono::duration<double>;
  constexpr double infinite = std::numeric_limits<double>::infinity();
  CHECK(duration{seconds{1.5}} == 1500ms);
  CHECK(duration{seconds{-1.9e-9}} == -1ns);
  CHECK(duration{seconds{1e10}} == duration::max());
  CHECK(duration{seconds{-1e10}} == duration::min());
  CHECK(duration{seconds{infinite}} == duration::max());
  CHECK(duration{seconds{-infinite}} == duration::min());
  CHECK(duration{seconds{std::numeric_limits<double>::quiet_NaN()}} == 0s);
}

TEST_CASE("sums of times saturate at the ends of their range") {
  CHECK(saturating_add(at(5), 10ns) == at(15));
  CHECK(saturating_add(at(5), -3ns) == at(2));
  CHECK(saturating_add(at(5), duration::max()) == never);
  CHECK(saturating_add(never, 1ns) == never);
  CHECK(saturating_add(never, duration::max()) == never);
  CHECK(saturating_add(at(-5), duration::max()) == never - 5ns);
  CHECK(saturating_add(at(-5), duration::min()) == time_point::min());
  CHECK(saturating_add(time_point::min(), duration::min()) == time_point::min());
  CHECK(saturating_add(time_point::min(), duration::max()) == at(-1));
  CHECK(saturating_add(never, duration::min()) == at(-1));
  CHECK(saturating_add(wall_at(5), 1s) == wall_at(1005));
  CHECK(saturating_add(wall_time::max(), 1ms) == wall_time::max());
  CHECK(saturating_add(wall_time::min(), std::chrono::milliseconds::min()) == wall_time::min());
}

TEST_CASE("differences of times and sums of durations saturate, too") {
  CHECK(saturating_sub(at(7), at(5)) == 2ns);
  CHECK(saturating_sub(at(5), at(7)) == -2ns);
  CHECK(saturating_sub(never, time_point::min()) == duration::max());
  CHECK(saturating_sub(never, at(-1)) == duration::max());
  CHECK(saturating_sub(time_point::min(), never) == duration::min());
  CHECK(saturating_sub(at(-1), time_point::min()) == duration::max());
  CHECK(saturating_sub(at(0), time_point::min()) == duration::max());
  CHECK(saturating_sub(wall_at(5), wall_at(7)) == -2ms);
  CHECK(saturating_sub(wall_time::max(), wall_time::min()) == std::chrono::milliseconds::max());
  CHECK(saturating_add(2s, -3s) == -1s);
  CHECK(saturating_add(duration::max(), 1ns) == duration::max());
  CHECK(saturating_add(duration::min(), -1ns) == duration::min());
  CHECK(saturating_add(duration::min(), duration::max()) == -1ns);
  CHECK(saturating_add(std::chrono::hours::max(), std::chrono::hours::max()) == duration::max());
}

TEST_CASE("an exponentially distributed duration is neither negative nor out of range") {
  for (const std::uint64_t bits : {std::uint64_t{0}, std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
    for (const duration each : support::no_time_at_all()) CHECK(to_exponential(bits, each) == 0s);
    for (const duration each : support::for_ever()) CHECK(to_exponential(bits, each) >= 0s);
  }
  CHECK(to_exponential(~std::uint64_t{0}, duration::max()) == duration::max());
}

}  // namespace time_test
