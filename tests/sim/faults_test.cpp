// Faults of the network: partitions, resets and half-open connections.
#include "support.hpp"

namespace faults_test {

using namespace pappus;
using namespace support;

TEST_CASE("messages sent across a partition arrive after it is healed, and none before") {
  connected_machines pair;
  CHECK(pair.world.run(write(*pair.client, text("under way, "))));
  pair.world.partition({&pair.client_machine});
  CHECK(pair.world.run(write(*pair.client, text("sent into the cut"))));
  pair.client->close();
  CHECK(silent(pair.world, *pair.server));
  CHECK(pair.world.run(write(*pair.server, text("x"))));
  pair.world.heal();
  const std::string all = "under way, sent into the cut";
  CHECK(pair.elapsed_in([&] { CHECK(*pair.world.run(read_exactly(*pair.server, all.size())) == all); }) == 10ms);
  CHECK(pair.world.run(why_read_fails(*pair.server)) == make_error_code(errc::end_of_stream));
}

TEST_CASE("a writer that waits for the window waits through a partition") {
  sim::link narrow{10ms};
  narrow.window = 10;
  connected_machines pair{narrow};
  const std::string bytes(30, 'x');
  auto read_across = [](connected_machines& in) -> task<void> {
    auto got = co_await read_exactly(*in.server, 10);
    CHECK(got);
    in.world.cut(in.client_machine, in.server_machine);
    const auto slept = co_await io::sleep_for(in.client_machine, 1h);
    CHECK(slept);
    in.world.heal(in.client_machine, in.server_machine);
    got = co_await read_exactly(*in.server, 20);
    CHECK(got);
  };
  auto both = pair.world.run(when_all(write(*pair.client, text(bytes)), read_across(pair)));
  CHECK(std::get<0>(both));
  CHECK(pair.world.now() > io::time_point{1h});
}

TEST_CASE("machines in different parts of a partition do not reach each other, machines in one part do") {
  sim::world world{1};
  std::vector<sim::machine*> machines;
  std::vector<io::listener_ptr> listeners;
  for (int i = 0; i != 4; ++i) {
    machines.push_back(&world.add_machine());
    listeners.push_back(std::move(*machines.back()->runtime().listen(io::endpoint{{}, 3414})));
  }
  auto reaches = [&](std::size_t from, std::size_t to) {
    return world.run(dial(*machines[from], io::endpoint{machines[to]->address(), 3414})).has_value();
  };
  CHECK(reaches(0, 2));
  world.partition({machines[0], machines[1]});
  CHECK(reaches(0, 1));
  CHECK(reaches(2, 3));
  CHECK_FALSE(reaches(0, 2));
  CHECK_FALSE(reaches(3, 1));
  world.partition({machines[1]});
  CHECK_FALSE(reaches(0, 1));
  CHECK(reaches(1, 1));
  world.cut(*machines[2], *machines[3]);
  CHECK_FALSE(reaches(2, 3));
  world.heal(*machines[2], *machines[3]);
  CHECK(reaches(2, 3));
  CHECK_FALSE(reaches(0, 3));
  world.heal();
  for (std::size_t from = 0; from != 4; ++from) {
    for (std::size_t to = 0; to != 4; ++to) CHECK(reaches(from, to));
  }
}

TEST_CASE("a cut of one direction holds what is sent in it, and nothing in the other") {
  connected_machines pair;
  pair.world.cut_one_way(pair.client_machine, pair.server_machine);
  CHECK(pair.world.run(write(*pair.client, text("held"))));
  CHECK(pair.world.run(write(*pair.server, text("arrives"))));
  CHECK(*pair.world.run(read(*pair.client)) == "arrives");
  CHECK(silent(pair.world, *pair.server));
  const auto listener = pair.server_machine.runtime().listen(io::endpoint{{}, 3414});
  CHECK(pair.world.run(dial(pair.client_machine, io::endpoint{pair.server_machine.address(), 3414})).error() ==
        std::errc::timed_out);
  pair.world.heal(pair.server_machine, pair.client_machine);
  CHECK(*pair.world.run(read(*pair.server)) == "held");
  pair.world.cut_one_way(pair.server_machine, pair.client_machine);
  CHECK(pair.world.run(write(*pair.server, text("held"))));
  CHECK(silent(pair.world, *pair.client));
  pair.world.heal();
  CHECK(*pair.world.run(read(*pair.client)) == "held");
}

TEST_CASE("what a cut holds of a connection that does not hear any more never arrives, also when the cut is healed") {
  sim::link narrow{10ms};
  narrow.window = 10;
  for (const bool resets : {false, true}) {
    connected_machines pair{narrow};
    const auto break_off = [&] {
      if (resets) pair.world.reset(pair.client_machine, pair.server_machine);
      else pair.world.blackhole(pair.client_machine, pair.server_machine);
    };
    CHECK(pair.world.run(write(*pair.client, text("0123456789"))));
    CHECK(*pair.world.run(read_exactly(*pair.server, 10)) == "0123456789");  // a window update is under way
    CHECK(pair.world.run(write(*pair.server, text("held"))));
    pair.world.cut(pair.client_machine, pair.server_machine);
    pair.world.run_for(1s);
    break_off();
    pair.world.heal(pair.client_machine, pair.server_machine);
    pair.world.run_for(1s);
    break_off();
    if (!resets) CHECK(silent(pair.world, *pair.client));
  }
}

TEST_CASE("connecting across a partition succeeds if it is healed in time, and times out otherwise") {
  sim::world_options options;
  options.connect_timeout = 20s;
  sim::world world{1, options};
  sim::machine& client = world.add_machine();
  sim::machine& server = world.add_machine();
  const auto listener = server.runtime().listen(io::endpoint{{}, 3414});
  world.cut(client, server);
  const io::endpoint where{server.address(), 3414};
  auto heal_later = [](sim::world& in, sim::machine& one, sim::machine& other) -> task<void> {
    static_cast<void>(co_await io::sleep_for(one, 15s));
    in.heal(one, other);
  };
  auto both = world.run(when_all(dial(client, where), heal_later(world, client, server)));
  CHECK(std::get<0>(both));
  world.cut(client, server);
  CHECK(world.run(dial(client, where)).error() == std::errc::timed_out);
}

TEST_CASE("out of descriptors a machine neither connects nor accepts, and then accepts who waits") {
  sim::world world{1};
  sim::machine& client = world.add_machine();
  sim::machine& server = world.add_machine();
  const auto listener = server.runtime().listen(io::endpoint{{}, 3414});
  const io::endpoint where{server.address(), 3414};
  client.exhaust_descriptors(true);
  CHECK(world.run(dial(client, where)).error() == std::errc::too_many_files_open);
  client.exhaust_descriptors(false);
  server.exhaust_descriptors(true);
  auto both = world.run(when_all(take(**listener), dial(client, where)));
  CHECK(std::get<0>(both).error() == std::errc::too_many_files_open);
  CHECK(std::get<1>(both));
  CHECK(world.run(take(**listener)).error() == std::errc::too_many_files_open);
  server.exhaust_descriptors(false);
  CHECK(world.run(take(**listener)));
}

TEST_CASE("a reset of a connection fails the operations of both sides") {
  connected_machines pair;
  const std::string much(1 << 20, 'x');
  CHECK(pair.world.run(write(*pair.server, text("has arrived"))));
  pair.world.run_for(1s);
  CHECK(pair.world.run(write(*pair.server, text("has not"))));
  auto reset = [](connected_machines& in) -> task<void> {
    static_cast<void>(co_await io::sleep_for(in.client_machine, 5ms));
    in.world.reset(in.server_machine, in.client_machine);
  };
  auto all =
      pair.world.run(when_all(why_write_fails(*pair.client, text(much)), why_read_fails(*pair.server), reset(pair)));
  CHECK(std::get<0>(all) == std::errc::connection_reset);
  CHECK(std::get<1>(all) == std::errc::connection_reset);
  CHECK(*pair.world.run(read(*pair.client)) == "has arrived");
  for (io::stream* const side : {pair.client.get(), pair.server.get()}) {
    CHECK(pair.world.run(why_read_fails(*side)) == std::errc::connection_reset);
    CHECK(pair.world.run(why_write_fails(*side, text("x"))) == std::errc::connection_reset);
  }
}

TEST_CASE("a reset fails both the reader and the writer of one side, even if the first closes the stream") {
  connected_machines pair;
  const std::string much(1 << 20, 'x');
  auto both = [](connected_machines& in, const std::string& bytes) -> task<void> {
    auto all = co_await when_all(why_write_fails(*in.client, text(bytes)), why_read_fails(*in.client));
    CHECK(std::get<0>(all) == std::errc::connection_reset);
    CHECK(std::get<1>(all) == std::errc::connection_reset);
    in.client.reset();
  };
  pair.client_machine.spawn(both(pair, much));
  pair.world.run_for(1s);
  pair.world.reset(pair.client_machine, pair.server_machine);
  pair.world.run_for(0s);
  CHECK(pair.client == nullptr);
}

TEST_CASE("on a half-open connection writes are lost, nothing arrives, and no error is reported") {
  connected_machines pair;
  CHECK(pair.world.run(write(*pair.client, text("lost on the way"))));
  pair.world.blackhole(pair.client_machine, pair.server_machine);
  CHECK(pair.world.run(write(*pair.client, text("vanishes"))));
  CHECK(pair.world.run(write(*pair.server, text("vanishes"))));
  CHECK(silent(pair.world, *pair.server));
  pair.server.reset();
  CHECK(silent(pair.world, *pair.client));

  const ends other = connect(pair.world, pair.client_machine, pair.server_machine);  // new ones are not concerned
  CHECK(pair.world.run(write(*other.client, text("hello"))));
  CHECK(*pair.world.run(read(*other.server)) == "hello");
}

TEST_CASE("writing to a peer that has closed fails after a round trip") {
  connected_machines pair;
  pair.server.reset();
  pair.world.run_for(1s);
  CHECK(pair.world.run(write(*pair.client, text("x"))));
  pair.world.run_for(19ms);
  CHECK(pair.world.run(write(*pair.client, text("x"))));
  pair.world.run_for(1ms);
  CHECK(pair.world.run(why_write_fails(*pair.client, text("x"))) == std::errc::connection_reset);
}

TEST_CASE("closing with unread bytes resets the connection after the bytes written before") {
  connected_machines pair;
  CHECK(pair.world.run(write(*pair.client, text("unread"))));
  CHECK(pair.world.run(write(*pair.server, text("last words"))));
  pair.world.run_for(1s);
  pair.server.reset();
  pair.world.run_for(1s);
  CHECK(*pair.world.run(read(*pair.client)) == "last words");
  CHECK(pair.world.run(why_read_fails(*pair.client)) == std::errc::connection_reset);
}

}  // namespace faults_test
