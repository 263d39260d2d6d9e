// Traces of a world, and that it is deterministic.
#include <optional>

#include <pappus/coro/scope.hpp>
#include <pappus/io/random.hpp>

#include "support.hpp"

namespace trace_test {

using namespace pappus;
using namespace support;

namespace {

/// Sends back the bytes it receives.
task<void> echo(io::stream_ptr over) {
  for (;;) {
    const auto heard = co_await read(*over);
    if (!heard) co_return;
    const auto written = co_await over->write_all(text(*heard));
    if (!written) co_return;
  }
}

task<void> accept_all(scope& side_by_side, io::listener* at) {
  for (;;) {
    auto accepted = co_await at->accept();
    if (!accepted) co_return;
    side_by_side.spawn(echo(std::move(*accepted)));
  }
}

task<void> serve(io::runtime& on) {
  const auto listener = on.listen(io::endpoint{{}, 3414});
  REQUIRE(listener);
  co_await with_scope(accept_all, listener->get());
}

/// Sends messages of random lengths to random machines at random times.
task<void> gossip(io::runtime& on, const std::vector<pappus::ip_address>& others) {
  for (;;) {
    const io::endpoint where{others[io::uniform_below(on, others.size())], 3414};
    const std::string rumour(io::uniform_below(on, 10'000) + 1, 'x');
    const auto paused = co_await io::sleep_for(on, std::chrono::milliseconds{io::uniform_below(on, 5'000)});
    if (!paused) co_return;
    auto over = co_await on.connect(where);
    if (!over) continue;
    const auto written = co_await (*over)->write_all(text(rumour));
    if (written) static_cast<void>(co_await read_exactly(**over, rumour.size()));
  }
}

/// A world with jitter, bandwidth, segments, partitions, resets and crashes.
struct history {
  std::string lines;
  std::uint64_t events = 0;
};

history live(std::uint64_t seed, std::size_t machines, bool traced = true) {
  history seen;
  std::vector<pappus::ip_address> addresses;
  sim::world_options options;
  options.default_link = sim::link{30ms, 10ms, sim::jitter_distribution::long_tailed, 50'000, 4096, 1000};
  sim::world world{seed, options};
  if (traced) {
    world.trace([&](std::string_view line) {
      seen.lines += line;
      seen.lines += '\n';
    });
  }
  for (std::size_t i = 0; i != machines; ++i) addresses.push_back(world.add_machine().address());
  for (const auto& each : world.machines()) {
    each->spawn(serve(*each));
    each->spawn(gossip(*each, addresses));
  }
  world.run_for(20s);
  world.partition({world.machines()[0].get(), world.machines()[1].get()});
  world.run_for(10s);
  world.machines()[2]->crash(sim::crash::blackhole);
  world.reset(*world.machines()[3], *world.machines()[4]);
  world.run_for(10s);
  world.heal();
  world.machines()[2]->restart();
  world.machines()[2]->spawn(serve(*world.machines()[2]));
  world.annotate("a line of the test's own");
  world.run_for(20s);
  seen.events = world.events();
  return seen;
}

}  // namespace

TEST_CASE("the same seed gives the same trace byte for byte, another seed another one") {
  const history first = live(11, 8);
  CHECK(first.lines.size() > 10'000);
  CHECK(first.events > 500);
  for (const std::string_view what : {"syn", "data", "fin", "reset", "cut off", "falls silent"}) {
    CHECK(first.lines.find(what) != std::string::npos);
  }
  const history again = live(11, 8);
  CHECK(first.lines == again.lines);
  CHECK(first.events == again.events);
  CHECK(first.lines != live(12, 8).lines);
}

TEST_CASE("recording a trace does not change the events") { CHECK(live(11, 8).events == live(11, 8, false).events); }

TEST_CASE("a trace has a line for each event: time, machines and event") {
  sim::world world{1};
  sim::machine& client = world.add_machine(*pappus::ip_address::parse("1.2.3.4"));
  sim::machine& server = world.add_machine(*pappus::ip_address::parse("5.6.7.8"));
  world.set_link(client, server, {1500us});
  std::string lines;
  world.trace([&](std::string_view line) {
    lines += line;
    lines += '\n';
  });
  server.spawn(serve(server));
  auto talk = [](io::runtime& on, io::endpoint there) -> task<void> {
    auto over = co_await on.connect(there);
    REQUIRE(over);
    const auto written = co_await (*over)->write_all(text("12345"));
    CHECK(written);
    const auto heard = co_await read(**over);
    CHECK(heard);
  };
  world.run(talk(client, io::endpoint{server.address(), 3414}));
  CHECK_FALSE(world.run(dial(client, io::endpoint{server.address(), 3415})));
  world.run_for(1s);
  world.annotate("so far, so good");
  world.cut(client, server);
  world.heal();
  server.crash();
  server.restart();
  CHECK(lines ==
        "0.000000000 1.2.3.4 connects to 5.6.7.8:3414\n"
        "0.001500000 1.2.3.4:49152 > 5.6.7.8:3414 syn\n"
        "0.003000000 5.6.7.8:3414 > 1.2.3.4:49152 syn-ack\n"
        "0.004500000 1.2.3.4:49152 > 5.6.7.8:3414 data 5\n"
        "0.006000000 5.6.7.8:3414 > 1.2.3.4:49152 data 5\n"
        "0.006000000 1.2.3.4 connects to 5.6.7.8:3415\n"
        "0.007500000 1.2.3.4:49152 > 5.6.7.8:3414 fin\n"
        "0.007500000 1.2.3.4:49153 > 5.6.7.8:3415 syn\n"
        "0.009000000 5.6.7.8:3415 > 1.2.3.4:49153 refusal\n"
        "1.009000000 so far, so good\n"
        "1.009000000 1.2.3.4 and 5.6.7.8 are cut apart\n"
        "1.009000000 all is healed\n"
        "1.009000000 5.6.7.8 crashes\n"
        "1.009000000 5.6.7.8 restarts\n");
}

TEST_CASE("a capture has all bytes that are written to connections, and where they go") {
  sim::world world{1};
  const ends watched = connect(world, world.add_machine(), world.add_machine());
  std::string from_client;
  std::string from_server;
  world.capture([&](io::endpoint from, io::endpoint to, io::const_buffer bytes) {
    const bool is_clients = from == watched.client->local_endpoint();
    CHECK(to == (is_clients ? watched.client : watched.server)->remote_endpoint());
    for (const std::byte each : bytes) (is_clients ? from_client : from_server) += static_cast<char>(each);
  });
  CHECK(world.run(write(*watched.client, text("question"))));
  CHECK(world.run(write(*watched.server, text("answer"))));
  world.capture({});
  CHECK(world.run(write(*watched.client, text("more"))));
  CHECK(from_client == "question");
  CHECK(from_server == "answer");
}

TEST_CASE("the random numbers of one connection do not depend on other machines") {
  auto times = [](bool with_another) {
    sim::world world{5};
    sim::machine& client = world.add_machine();
    sim::machine& server = world.add_machine();
    sim::machine& third = world.add_machine();
    world.set_link(client, server, {10ms, 10ms});
    const ends watched = connect(world, client, server);
    std::string arrivals;
    std::optional<ends> other;
    if (with_another) other.emplace(connect(world, third, server));
    for (int i = 0; i != 20; ++i) {
      if (other) CHECK(world.run(write(*other->client, text("noise"))));
      const io::time_point sent = world.now();
      CHECK(world.run(write(*watched.client, text("x"))));
      CHECK(*world.run(read(*watched.server)) == "x");
      arrivals += std::to_string((world.now() - sent).count()) + ' ';
    }
    return arrivals;
  };
  CHECK(times(false) == times(true));
}

}  // namespace trace_test
