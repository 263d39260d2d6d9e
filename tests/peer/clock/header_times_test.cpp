// The network's time, estimated from headers.
#include <chrono>
#include <cstdint>
#include <optional>

#include <doctest/doctest.h>

#include <pappus/peer/clock/header_times.hpp>

namespace clock_header_times_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::header_times;

namespace {

constexpr std::int64_t noon = 1'600'000'000;

wire::hash hash(std::uint32_t number) {
  wire::hash made;
  for (std::size_t i = 0; i != 4; ++i) made.raw[i] = std::byte{static_cast<std::uint8_t>(number >> 8 * i)};
  return made;
}

constexpr io::time_point at(std::chrono::seconds since) { return io::time_point{since}; }

/// The error of the estimate, if the steady clock started at noon.
std::optional<std::chrono::seconds> error_of(const header_times& times, std::chrono::seconds since) {
  const auto estimate = times.time(at(since));
  if (!estimate) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::seconds>(*estimate -
                                                          io::wall_time{std::chrono::seconds{noon} + since});
}

}  // namespace

TEST_CASE("the time is that of the median of the last eleven headers, unknown before there are eleven") {
  header_times times;
  std::uint32_t number = 0;
  for (int i = 0; i != 11; ++i) {
    CHECK_FALSE(error_of(times, 1000s).has_value());
    CHECK(times.add(1, hash(++number), noon + 100 * i - (i < 5 ? 1000 : 0), at(std::chrono::seconds{100 * i})));
  }
  CHECK(error_of(times, 1000s) == 0s);  // five of them are wrong
  CHECK(error_of(times, 100'000s) == 0s);
  times.add(1, hash(++number), noon + 2000 - 777, at(2000s));
  CHECK(error_of(times, 2000s) == 0s);
  CHECK(times.size() == 11);
  for (int i = 0; i != 6; ++i) times.add(1, hash(++number), noon + 3000 - 600, at(3000s));
  CHECK(error_of(times, 3000s) == -600s);
}

TEST_CASE("a header counts once, however many peers announce it") {
  header_times times;
  for (std::uint64_t i = 0; i != 100; ++i) CHECK(times.add(1 + i % 3, hash(1), noon, at(0s)) == (i == 0));
  CHECK(times.size() == 1);
}

TEST_CASE("a peer that announces more than others replaces only its own headers") {
  header_times times;
  std::uint32_t number = 0;
  const auto liar_floods = [&] {
    for (int i = 0; i != 1'000; ++i) times.add(666, hash(++number), noon + 1'000'000, at(0s));
  };
  liar_floods();  // it is the first
  for (std::uint64_t honest = 1; honest != 4; ++honest) {
    for (int i = 0; i != 3; ++i) times.add(honest, hash(++number), noon, at(0s));
    liar_floods();
  }
  CHECK(error_of(times, 0s) == 0s);
  for (std::uint64_t honest = 1; honest != 4; ++honest) times.add(honest, hash(++number), noon, at(0s));
  CHECK(error_of(times, 0s) == 0s);
}

TEST_CASE("no timestamp of a header overflows") {
  header_times times;
  for (std::uint32_t i = 0; i != 11; ++i) {
    times.add(1, hash(i), i % 2 == 0 ? INT64_MAX : INT64_MIN, i % 3 == 0 ? io::never : at(0s));
  }
  CHECK(times.time(at(0s)).has_value());
  CHECK(times.time(io::never).has_value());
}

}  // namespace clock_header_times_test
