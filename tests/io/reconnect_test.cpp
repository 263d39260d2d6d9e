// Keeping a connection: attempts, delays and stops.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/io/reconnect.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/sim/world.hpp>

namespace reconnect_test {

using namespace pappus;
using namespace std::chrono_literals;

namespace {

/// A client that keeps a connection to a server 10 ms away, without jitter, so that all times are known.
struct fixture {
  fixture() {
    world.set_link(client, server, {10ms});
    options.wait.initial = 1s;
    options.wait.max = 8s;
    options.wait.jitter = 0.0;
    options.connect_timeout = 5s;
    options.stable_after = 1min;
  }

  void begin() {
    io::reconnect_handlers handlers;
    handlers.connected = [this](io::stream_ptr over) { return use(std::move(over)); };
    handlers.failed = [this](std::error_code why) {
      failures.push_back(world.now().time_since_epoch());
      last_failure = why;
    };
    client.spawn(io::keep_connected(client, where(), std::move(handlers), options));
  }

  task<void> use(io::stream_ptr over) {
    connections.push_back(world.now().time_since_epoch());
    static_cast<void>(co_await over->read_view());
  }

  /// Accepts connections one after the other and keeps each for a time.
  task<void> serve(io::duration time) {
    const auto listener = server.runtime().listen(where());
    REQUIRE(listener);
    for (;;) {
      const auto accepted = co_await (*listener)->accept();
      if (!accepted) co_return;
      const auto kept = co_await io::sleep_for(server, time);
      if (!kept) co_return;
    }
  }

  [[nodiscard]] io::endpoint where() const { return {server.address(), 3414}; }

  sim::world world{1};
  sim::machine& client{world.add_machine()};
  sim::machine& server{world.add_machine()};
  io::reconnect_options options;
  std::vector<io::duration> connections;
  std::vector<io::duration> failures;
  std::error_code last_failure;
};

using times = std::vector<io::duration>;

}  // namespace

TEST_CASE_FIXTURE(fixture, "while no server accepts, the delays grow to the maximum") {
  begin();
  world.run_for(30s);
  CHECK(failures == times{20ms, 1040ms, 3060ms, 7080ms, 15100ms, 23120ms});
  CHECK(last_failure == std::errc::connection_refused);
  CHECK(connections.empty());
}

TEST_CASE_FIXTURE(fixture, "an attempt to connect that takes too long is stopped") {
  server.crash(sim::crash::blackhole);
  begin();
  world.run_for(12s);
  CHECK(failures == times{5s, 11s});
  CHECK(last_failure == make_error_code(errc::timed_out));
}

TEST_CASE_FIXTURE(fixture, "a connection that ends soon counts as a failure; a stable one resets the delays") {
  server.spawn(serve(10s));
  begin();
  world.run_for(40s);
  CHECK(connections == times{20ms, 11040ms, 23060ms, 37080ms});
  CHECK(failures.empty());

  server.restart();  // the present connection ends; the next delay is the maximum
  world.run_for(30s);
  connections.clear();
  server.spawn(serve(1min));
  world.run_for(3min);
  REQUIRE(connections.size() >= 3);
  CHECK(connections[2] - connections[1] == 1min + 1s + 20ms);
}

TEST_CASE_FIXTURE(fixture, "a stop ends keep_connected while it connects, waits or is connected") {
  SUBCASE("connecting") { server.crash(sim::crash::blackhole); }
  SUBCASE("waiting") {}
  SUBCASE("connected") { server.spawn(serve(1h)); }
  begin();
  world.run_for(500ms);
  CHECK(client.runtime().tasks() == 1);
  client.runtime().request_stop();
  world.run_for(0s);
  CHECK(client.runtime().tasks() == 0);
}

TEST_CASE_FIXTURE(fixture, "a server that was unreachable is connected to again") {
  server.spawn(serve(24h));
  begin();
  world.run_for(1min);
  CHECK(connections.size() == 1);
  server.crash();
  world.run_for(1h);
  CHECK(connections.size() == 1);
  server.restart();
  server.spawn(serve(24h));
  world.run_for(10s);
  CHECK(connections.size() == 2);
}

TEST_CASE_FIXTURE(fixture, "handlers may omit failures") {
  io::reconnect_handlers handlers;
  handlers.connected = [this](io::stream_ptr over) { return use(std::move(over)); };
  client.spawn(io::keep_connected(client, where(), std::move(handlers), options));
  world.run_for(5s);
  server.spawn(serve(1h));
  world.run_for(10s);
  CHECK(connections.size() == 1);
}

}  // namespace reconnect_test
