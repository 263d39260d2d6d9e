// Crashes and restarts of machines.
#include <algorithm>

#include <pappus/coro/stop.hpp>

#include "support.hpp"

namespace crash_test {

using namespace pappus;
using namespace support;

namespace {

/// Sleeps and ignores stops.
task<void> sleep_on(io::runtime& on, io::duration time) {
  const auto slept = co_await sleep(on, time).with_stop_token(coro::stop_token{});
  CHECK(slept);
}

}  // namespace

TEST_CASE("a crash resets the connections, refuses new ones, and stops the machine's tasks at once") {
  connected_machines pair;
  auto accepts = [](io::runtime& on, bool& ended) -> task<void> {
    auto listener = on.listen(io::endpoint{{}, 3414});
    REQUIRE(listener);
    const auto accepted = co_await (*listener)->accept();
    CHECK_FALSE(accepted);
    ended = true;
  };
  bool ended = false;
  pair.server_machine.spawn(accepts(pair.server_machine, ended));
  CHECK(pair.world.run(write(*pair.server, text("sent before"))));
  pair.world.run_for(0s);
  pair.server_machine.crash();
  CHECK(pair.server_machine.runtime().crashed());
  CHECK(pair.world.run(why_write_fails(*pair.server, text("x"))) == std::errc::network_down);
  CHECK(ended);
  CHECK(pair.server_machine.runtime().tasks() == 0);
  CHECK(*pair.world.run(read(*pair.client)) == "sent before");
  CHECK(pair.world.run(why_read_fails(*pair.client)) == std::errc::connection_reset);
  const auto dialed = pair.world.run(dial(pair.client_machine, io::endpoint{pair.server_machine.address(), 3414}));
  CHECK(dialed.error() == std::errc::connection_refused);
}

TEST_CASE(
    "a machine that crashes as a blackhole leaves its peers waiting, and resets their connections after its restart") {
  connected_machines pair;
  pair.server_machine.crash(sim::crash::blackhole);
  CHECK_FALSE(pair.server_machine.reachable());
  CHECK(silent(pair.world, *pair.client));
  const io::endpoint where{pair.server_machine.address(), 3414};
  CHECK(pair.world.run(dial(pair.client_machine, where)).error() == std::errc::timed_out);
  CHECK(pair.world.run(write(*pair.client, text("anybody there?"))));
  CHECK(silent(pair.world, *pair.client));
  pair.server_machine.restart();
  CHECK(pair.elapsed_in([&] { CHECK(pair.world.run(why_read_fails(*pair.client)) == std::errc::connection_reset); }) ==
        20ms);
}

TEST_CASE("after a restart a new process runs at the same address") {
  sim::world world{1};
  sim::machine& client = world.add_machine();
  sim::machine& server = world.add_machine();
  const io::endpoint where{server.address(), 3414};
  auto greet = [](io::runtime& on, std::string_view greeting) -> task<void> {
    auto listener = on.listen(io::endpoint{{}, 3414});
    REQUIRE(listener);
    for (;;) {
      auto accepted = co_await (*listener)->accept();
      if (!accepted) co_return;
      const auto written = co_await (*accepted)->write_all(text(greeting));
      CHECK(written);
    }
  };
  auto hear = [](io::runtime& on, io::endpoint there) -> task<result<std::string>> {
    PAPPUS_CO_TRY(over, co_await on.connect(there));
    co_return co_await read(*over);
  };
  server.spawn(greet(server, "first life"));
  CHECK(*world.run(hear(client, where)) == "first life");
  for (const auto how : {sim::crash::reset, sim::crash::blackhole}) {
    server.crash(how);
    CHECK_FALSE(world.run(hear(client, where)));
    server.restart();
    server.spawn(greet(server, "another life"));
    CHECK(*world.run(hear(client, where)) == "another life");
  }
  server.restart();  // crashes it first
  CHECK(world.run(hear(client, where)).error() == std::errc::connection_refused);
}

TEST_CASE("after a crash no message leaves the machine") {
  for (const auto how : {sim::crash::reset, sim::crash::blackhole}) {
    connected_machines pair;
    std::vector<std::string> lines;
    auto clings_to_life = [](connected_machines& in, io::runtime& on) -> task<void> {
      co_await sleep_on(on, 10s);
      const auto written = co_await write(*in.server, text("help")).with_stop_token(coro::stop_token{});
      CHECK_FALSE(written);
      const auto dialed =
          co_await dial(on, io::endpoint{in.client_machine.address(), 1}).with_stop_token(coro::stop_token{});
      CHECK(dialed.error() == std::errc::network_down);
      const auto listener = on.listen({});
      CHECK(listener.error() == std::errc::network_down);
      in.server->close();
      in.server.reset();
      co_await sleep_on(on, 10s);
    };
    pair.server_machine.spawn(clings_to_life(pair, pair.server_machine));
    pair.world.run_for(1s);
    pair.server_machine.crash(how);
    pair.world.run_for(1s);
    pair.world.trace([&](std::string_view line) { lines.emplace_back(line); });
    pair.world.run_for(1min);
    CHECK(lines.empty());
    CHECK(pair.server_machine.runtime().tasks() == 0);
    CHECK(pair.server == nullptr);
  }
}

TEST_CASE("a crash ends operations that cannot be stopped") {
  connected_machines pair;
  const std::string much(1 << 20, 'x');
  std::string order;
  auto unstoppable = [](task<std::error_code> body, std::string& ended, char mark) -> task<void> {
    const std::error_code why = co_await std::move(body).with_stop_token(coro::stop_token{});
    CHECK(why == std::errc::network_down);
    ended += mark;
  };
  auto dialing = [](io::runtime& on) -> task<std::error_code> {
    const auto dialed = co_await dial(on, io::endpoint{pappus::ip_address::v4(0x08080808), 53});
    co_return dialed.error();
  };
  pair.client_machine.spawn(unstoppable(why_read_fails(*pair.client), order, 'r'));
  pair.client_machine.spawn(unstoppable(why_write_fails(*pair.client, text(much)), order, 'w'));
  pair.client_machine.spawn(unstoppable(dialing(pair.client_machine), order, 'd'));
  pair.world.run_for(1s);
  CHECK(order.empty());
  pair.client_machine.crash();
  pair.world.run_for(0s);
  std::sort(order.begin(), order.end());
  CHECK(order == "drw");
}

TEST_CASE("a crash closes connections that wait to be accepted") {
  connected_machines pair;
  auto holds_a_listener = [](io::runtime& on) -> task<void> {
    const auto listener = on.listen(io::endpoint{{}, 3414});
    static_cast<void>(co_await io::sleep_for(on, 1h));
  };
  pair.server_machine.spawn(holds_a_listener(pair.server_machine));
  const auto waiting = pair.world.run(dial(pair.client_machine, io::endpoint{pair.server_machine.address(), 3414}));
  REQUIRE(waiting);
  pair.server_machine.crash();
  CHECK(pair.world.run(why_read_fails(**waiting)) == std::errc::connection_reset);
}

}  // namespace crash_test
