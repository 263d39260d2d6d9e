// Operations as tasks, and two machines with a connection, for tests of the simulation.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/coro/stop.hpp>
#include <pappus/coro/when_all.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/sim/world.hpp>

namespace support {

using namespace pappus;
using namespace std::chrono_literals;

inline io::const_buffer text(std::string_view characters) noexcept { return std::as_bytes(std::span{characters}); }

inline std::string string_of(io::const_buffer bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline task<result<io::stream_ptr>> dial(io::runtime& from, io::endpoint to) { co_return co_await from.connect(to); }
inline task<result<io::stream_ptr>> take(io::listener& at) { co_return co_await at.accept(); }
inline task<result<void>> write(io::stream& to, io::const_buffer bytes) { co_return co_await to.write_all(bytes); }
inline task<result<void>> sleep(io::runtime& on, io::duration length) { co_return co_await io::sleep_for(on, length); }

/// The bytes of the next read, as text.
inline task<result<std::string>> read(io::stream& from) {
  PAPPUS_CO_TRY(view, co_await from.read_view());
  co_return string_of(view);
}

inline task<result<std::string>> read_exactly(io::stream& from, std::size_t size) {
  std::string bytes(size, '\0');
  PAPPUS_CO_TRY_DISCARD(co_await from.read_exact(std::as_writable_bytes(std::span{bytes})));
  co_return std::move(bytes);
}

inline task<std::error_code> why_read_fails(io::stream& from) {
  for (;;) {
    const auto view = co_await from.read_view();
    if (!view) co_return view.error();
  }
}

inline task<std::error_code> why_write_fails(io::stream& to, io::const_buffer bytes) {
  const auto written = co_await to.write_all(bytes);
  co_return written ? std::error_code{} : written.error();
}

/// True if neither bytes nor an error arrive for a long time.
inline bool silent(sim::world& in, io::stream& at) {
  auto hour = [](io::runtime& on, io::stream& from) -> task<bool> {
    coro::stop_source stop;
    auto end = [](io::runtime& clock, coro::stop_source& source) -> task<void> {
      static_cast<void>(co_await io::sleep_for(clock, 1h));
      source.request_stop();
    };
    auto wait = [](io::stream& from_there, coro::stop_token until) -> task<bool> {
      const auto got = co_await read(from_there).with_stop_token(until);
      co_return !got && got.error() == make_error_code(errc::canceled);
    };
    auto both = co_await when_all(wait(from, stop.token()), end(on, stop));
    co_return std::get<0>(both);
  };
  return in.run(hour(in.machines().front()->runtime(), at));
}

struct ends {
  io::stream_ptr client;
  io::stream_ptr server;
};

inline ends connect(sim::world& in, io::runtime& client, sim::machine& server) {
  auto listener = server.runtime().listen(io::endpoint{server.address(), 0});
  REQUIRE(listener);
  auto both = in.run(when_all(dial(client, (*listener)->local_endpoint()), take(**listener)));
  REQUIRE(std::get<0>(both));
  REQUIRE(std::get<1>(both));
  return {std::move(*std::get<0>(both)), std::move(*std::get<1>(both))};
}

/// Two machines, 10 ms apart, and a connection.
struct connected_machines {
  explicit connected_machines(const sim::link& between = {10ms}) {
    world.set_link(client_machine, server_machine, between);
    ends made = connect(world, client_machine, server_machine);
    client = std::move(made.client);
    server = std::move(made.server);
  }

  [[nodiscard]] io::duration elapsed_in(auto run) {
    const io::time_point begun = world.now();
    run();
    return world.now() - begun;
  }

  sim::world world{1};
  sim::machine& client_machine{world.add_machine()};
  sim::machine& server_machine{world.add_machine()};
  io::stream_ptr client;
  io::stream_ptr server;
};

}  // namespace support
