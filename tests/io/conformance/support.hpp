//
//   io::network& client();              one side
//   io::network& server();              the other; may be the same
//   io::endpoint anywhere();            where the server can listen, with port 0
//   std::array<ip_address, 2> both();   addresses of the server: of IPv4 and of IPv6
//   static bool has_v6();               whether this machine has IPv6
//   static bool is_available();         whether it has the family of `anywhere`; else the cases are skipped
//   template <class T> T run(task<T>);  runs a task to its end
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/coro/event.hpp>
#include <pappus/coro/scope.hpp>
#include <pappus/coro/stop.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/coro/when_all.hpp>
#include <pappus/coro/yield.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/io/timer.hpp>

namespace conformance {

using namespace pappus;
using namespace std::chrono_literals;

using byte_vector = std::vector<std::byte>;

/// Runs a case, a coroutine without captures, on a fresh backend.
template <class Case>
void run(Case body) {
  if (!backend::is_available()) return;
  backend on;
  on.run(body(on));
}

inline io::const_buffer text(std::string_view characters) noexcept { return std::as_bytes(std::span{characters}); }

inline std::string string_of(io::const_buffer bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Bytes in which a missing, duplicated or moved byte is noticed.
inline byte_vector pattern(std::size_t size, std::uint32_t seed) {
  byte_vector bytes(size);
  std::uint32_t state = seed;
  for (std::byte& each : bytes) {
    state = state * 1664525 + 1013904223;
    each = static_cast<std::byte>(state >> 24);
  }
  return bytes;
}

inline task<result<io::stream_ptr>> dial(io::runtime& from, io::endpoint to) { co_return co_await from.connect(to); }

inline task<result<io::stream_ptr>> take(io::listener& at) { co_return co_await at.accept(); }

inline task<result<std::size_t>> read_some(io::stream& from, io::buffer into) {
  co_return co_await from.read_some(into);
}

inline task<result<std::size_t>> read_exact(io::stream& from, io::buffer into) {
  co_return co_await from.read_exact(into);
}

inline task<result<void>> write_all(io::stream& to, io::const_buffer bytes) { co_return co_await to.write_all(bytes); }

inline task<result<void>> sleep(io::runtime& on, io::duration length) { co_return co_await io::sleep_for(on, length); }

inline task<void> write_pattern(io::stream& to, std::size_t size, std::uint32_t seed) {
  const byte_vector bytes = pattern(size, seed);
  const auto written = co_await to.write_all(bytes);
  CHECK(written);
}

inline task<void> expect_pattern(io::stream& from, std::size_t size, std::uint32_t seed) {
  byte_vector bytes(size);
  const auto got = co_await from.read_exact(bytes);
  CHECK(got);
  CHECK(bytes == pattern(size, seed));
}

/// A listener; requires that it opens.
inline io::listener_ptr open_listener(io::runtime& on, io::endpoint local) {
  auto opened = on.listen(local);
  REQUIRE(opened);
  return std::move(*opened);
}

/// The two ends of a connection.
struct ends {
  io::stream_ptr client;
  io::stream_ptr server;
};

inline task<ends> connect(backend& on) {
  const auto listener = open_listener(on.server(), on.anywhere());
  auto both = co_await when_all(dial(on.client(), listener->local_endpoint()), take(*listener));
  REQUIRE(std::get<0>(both));
  REQUIRE(std::get<1>(both));
  ends made;
  made.client = std::move(*std::get<0>(both));
  made.server = std::move(*std::get<1>(both));
  co_return std::move(made);
}

/// Gives the other side, the system and other tasks time for pending work.
inline task<void> settle(backend& on) { static_cast<void>(co_await io::sleep_for(on.client(), 50ms)); }

template <class T>
task<void> run_under(coro::stop_token stop, task<T> body, std::optional<T>& into) {
  into.emplace(co_await std::move(body).with_stop_token(stop));
}

/// Zero: at once, before the loop has polled.
inline task<void> stop_after(io::runtime& on, io::duration time, coro::stop_source& source) {
  if (time != io::duration::zero()) static_cast<void>(co_await io::sleep_for(on, time));
  source.request_stop();
}

/// Starts `body`, requests a stop after a delay, and returns its result.
template <class T>
task<T> stopped_after(io::runtime& on, io::duration time, task<T> body) {
  coro::stop_source source;
  std::optional<T> given;
  static_cast<void>(co_await when_all(run_under(source.token(), std::move(body), given), stop_after(on, time, source)));
  co_return std::move(*given);
}

/// The error of a result; requires that there is one.
template <class T>
std::error_code error_of(const result<T>& given) {
  REQUIRE_FALSE(given);
  return given.error();
}

inline std::error_code canceled() { return make_error_code(errc::canceled); }
inline std::error_code closed() { return make_error_code(errc::closed); }
inline std::error_code poisoned() { return make_error_code(errc::poisoned); }
inline std::error_code end_of_stream() { return make_error_code(errc::end_of_stream); }

}  // namespace conformance
