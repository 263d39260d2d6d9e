// Links between machines: latency, bandwidth, jitter and windows.
#include <algorithm>

#include "support.hpp"

namespace link_test {

using namespace pappus;
using namespace support;

TEST_CASE("connecting takes a round trip, a message one latency") {
  sim::world world{1};
  sim::machine& client_machine = world.add_machine();
  sim::machine& server_machine = world.add_machine();
  world.set_link(client_machine, server_machine, {10ms});
  const auto [client, server] = connect(world, client_machine, server_machine);
  CHECK(world.now() == io::time_point{20ms});
  CHECK(world.run(write(*client, text("x"))));
  CHECK(world.now() == io::time_point{20ms});
  CHECK(*world.run(read(*server)) == "x");
  CHECK(world.now() == io::time_point{30ms});
}

TEST_CASE("the two directions of a link may differ, and may change while a connection is open") {
  connected_machines pair;
  pair.world.set_link_one_way(pair.client_machine, pair.server_machine, {100ms});
  pair.world.set_link_one_way(pair.server_machine, pair.client_machine, {1ms});
  CHECK(pair.world.run(write(*pair.client, text("there"))));
  CHECK(pair.elapsed_in([&] { CHECK(*pair.world.run(read(*pair.server)) == "there"); }) == 100ms);
  CHECK(pair.world.run(write(*pair.server, text("back"))));
  CHECK(pair.elapsed_in([&] { CHECK(*pair.world.run(read(*pair.client)) == "back"); }) == 1ms);
}

TEST_CASE("a link has a bandwidth, shared by all its connections") {
  sim::link slow{10ms};
  slow.bandwidth = 100'000;
  connected_machines pair{slow};
  const ends second = connect(pair.world, pair.client_machine, pair.server_machine);
  const std::string bytes(50'000, 'x');
  const auto time = pair.elapsed_in([&] {
    auto all =
        pair.world.run(when_all(write(*pair.client, text(bytes)), write(*second.client, text(bytes)),
                                read_exactly(*pair.server, bytes.size()), read_exactly(*second.server, bytes.size())));
    CHECK(*std::get<2>(all) == bytes);
    CHECK(*std::get<3>(all) == bytes);
  });
  CHECK(time == 1s + 10ms);
  CHECK(pair.elapsed_in([&] {
    CHECK(pair.world.run(write(*pair.client, text(bytes))));
    CHECK(*pair.world.run(read_exactly(*pair.server, 1)) == "x");
  }) < 100ms);  // the first bytes arrive before the last
}

TEST_CASE("jitter delays messages within its bounds, and does not reorder bytes") {
  for (const auto shape : {sim::jitter_distribution::even, sim::jitter_distribution::long_tailed}) {
    connected_machines pair{sim::link{10ms, 20ms, shape}};
    std::vector<io::duration> times;
    for (int i = 0; i != 200; ++i) {
      CHECK(pair.world.run(write(*pair.client, text("x"))));
      times.push_back(pair.elapsed_in([&] { CHECK(*pair.world.run(read(*pair.server)) == "x"); }));
    }
    std::sort(times.begin(), times.end());
    CHECK(times.front() >= 10ms);
    CHECK(times.front() < 15ms);
    CHECK(times.back() > 45ms);
    if (shape == sim::jitter_distribution::even) CHECK(times.back() <= 50ms);

    std::string all;
    for (char envelope = 'a'; envelope <= 'z'; ++envelope) {
      const std::string one(1, envelope);
      CHECK(pair.world.run(write(*pair.client, text(one))));
      pair.world.run_for(1ms);
      all += envelope;
    }
    CHECK(*pair.world.run(read_exactly(*pair.server, all.size())) == all);
  }
}

TEST_CASE("one write arrives in segments of any size up to the maximum") {
  for (const std::size_t largest : {std::size_t{1}, std::size_t{7}}) {
    sim::link chopping{10ms};
    chopping.max_segment = largest;
    connected_machines pair{chopping};
    const std::string bytes = "a message that arrives in many pieces of any size";
    CHECK(pair.world.run(write(*pair.client, text(bytes))));
    std::string received;
    std::vector<std::size_t> sizes(largest + 1);
    while (received.size() != bytes.size()) {
      const std::string piece = *pair.world.run(read(*pair.server));
      ++sizes.at(piece.size());
      received += piece;
    }
    CHECK(received == bytes);
    for (std::size_t size = 1; size <= largest; ++size) CHECK(sizes[size] != 0);
  }
}

TEST_CASE("a writer waits while the window is full, and goes on one latency after the reader has read") {
  sim::link narrow{10ms};
  narrow.window = 100;
  connected_machines pair{narrow};
  const std::string bytes(150, 'x');
  bool written = false;
  auto write_all = [](io::stream& to, const std::string& all, bool& done) -> task<void> {
    const auto given = co_await to.write_all(text(all));
    CHECK(given);
    done = true;
  };
  pair.client_machine.spawn(write_all(*pair.client, bytes, written));
  pair.world.run_for(1h);
  CHECK_FALSE(written);
  CHECK(pair.world.run(read_exactly(*pair.server, 49))->size() == 49);
  pair.world.run_for(1h);
  CHECK_FALSE(written);  // less than half of the window is not announced
  CHECK(pair.world.run(read_exactly(*pair.server, 1))->size() == 1);
  pair.world.run_for(9ms);
  CHECK_FALSE(written);
  pair.world.run_for(1ms);
  CHECK(written);
  CHECK(pair.elapsed_in([&] { CHECK(pair.world.run(read_exactly(*pair.server, 100))->size() == 100); }) == 10ms);
}

TEST_CASE("each half of a window that is read is announced to the writer one latency later") {
  sim::link narrow{10ms};
  narrow.window = 10;
  connected_machines pair{narrow};
  auto read_halves = [](io::runtime& on, io::stream& from) -> task<void> {
    for (int i = 0; i != 2; ++i) {
      static_cast<void>(co_await io::sleep_for(on, 20ms));
      const auto half = co_await read_exactly(from, 5);
      CHECK(half);
    }
  };
  CHECK(pair.world.run(write(*pair.client, text("0123456789"))));
  CHECK(pair.elapsed_in([&] {
    auto both = pair.world.run(
        when_all(write(*pair.client, text("0123456789")), read_halves(pair.server_machine, *pair.server)));
    CHECK(std::get<0>(both));
  }) == 50ms);
  CHECK(pair.world.run(read_exactly(*pair.server, 10)));
  pair.world.run_for(1s);
  CHECK(pair.world.run(write(*pair.client, text("0123456789"))));
  auto read_quickly = [](io::runtime& on, io::stream& from) -> task<void> {
    for (int i = 0; i != 2; ++i) {
      static_cast<void>(co_await io::sleep_for(on, 12ms - i * 8ms));
      const auto half = co_await read_exactly(from, 5);
      CHECK(half);
    }
  };
  CHECK(pair.elapsed_in([&] {
    auto both = pair.world.run(
        when_all(write(*pair.client, text("0123456789")), read_quickly(pair.server_machine, *pair.server)));
    CHECK(std::get<0>(both));
  }) == 26ms);
}

TEST_CASE("a window of any size carries all bytes, one window a round trip") {
  for (const std::size_t window : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{10}}) {
    sim::link narrow{10ms};
    narrow.window = window;
    connected_machines pair{narrow};
    const std::string bytes(60, 'x');
    const auto time = pair.elapsed_in([&] {
      auto both = pair.world.run(when_all(write(*pair.client, text(bytes)), read_exactly(*pair.server, 60)));
      CHECK(*std::get<1>(both) == bytes);
    });
    const auto room = static_cast<int>(std::max<std::size_t>(window, 1));
    CHECK(time == 20ms * (60 / room) - 10ms);
  }
}

TEST_CASE("a view is overwritten as soon as it is no longer valid") {
  connected_machines pair;
  io::const_buffer kept;
  auto keep = [](io::stream& from, io::const_buffer& into) -> task<void> {
    const auto view = co_await from.read_view();
    REQUIRE(view);
    into = *view;
    CHECK(string_of(into) == "gone soon");
  };
  CHECK(pair.world.run(write(*pair.client, text("gone soon"))));
  pair.world.run(keep(*pair.server, kept));
  CHECK(string_of(kept) != "gone soon");
}

TEST_CASE("a machine reaches itself, by its address and by loopback") {
  sim::world world{1};
  sim::machine& machine = world.add_machine();
  const auto listener = machine.runtime().listen({});
  REQUIRE(listener);
  for (const pappus::ip_address address :
       {machine.address(), pappus::ip_address::v4(0x7f000001), pappus::ip_address::v4(0x7f000203)}) {
    const io::endpoint where{address, (*listener)->local_endpoint().port};
    auto both = world.run(when_all(dial(machine, where), take(**listener)));
    REQUIRE(std::get<0>(both));
    CHECK((*std::get<1>(both))->local_endpoint() == where);
    CHECK((*std::get<0>(both))->local_endpoint().address.is_loopback() == address.is_loopback());
  }
  CHECK(world.now() < io::time_point{1ms});
}

TEST_CASE("a machine does not reach another's loopback, nor an address without a listener") {
  sim::world world{1};
  sim::machine& client = world.add_machine();
  sim::machine& server = world.add_machine();
  const auto listener = server.runtime().listen(io::endpoint{pappus::ip_address::v4(0x7f000001), 1000});
  REQUIRE(listener);
  const auto dialed = world.run(dial(client, io::endpoint{server.address(), 1000}));
  CHECK(dialed.error() == std::errc::connection_refused);
  const auto local = world.run(dial(client, io::endpoint{pappus::ip_address::v4(0x7f000001), 1000}));
  CHECK(local.error() == std::errc::connection_refused);
}

TEST_CASE("connecting to an address without a machine fails after the world's connect_timeout") {
  sim::world_options options;
  options.connect_timeout = 21s;
  sim::world world{1, options};
  sim::machine& machine = world.add_machine();
  const auto dialed = world.run(dial(machine, io::endpoint{pappus::ip_address::v4(0x08080808), 53}));
  CHECK(dialed.error() == std::errc::timed_out);
  CHECK(world.now() == io::time_point{21s});
}

TEST_CASE("local ports are unique, and are reused after they are closed") {
  sim::world world{1};
  sim::machine& client = world.add_machine();
  sim::machine& server = world.add_machine();
  const auto listener = server.runtime().listen({});
  REQUIRE(listener);
  const io::endpoint where{server.address(), (*listener)->local_endpoint().port};
  auto from = [](io::runtime& by, io::endpoint to, std::uint16_t port) -> task<result<io::stream_ptr>> {
    co_return co_await by.connect(to, io::endpoint{{}, port});
  };
  {
    const auto first = world.run(from(client, where, 4000));
    CHECK(first);
    const auto second = world.run(from(client, where, 4000));
    CHECK(second.error() == std::errc::address_in_use);
  }
  CHECK(world.run(from(client, where, 4000)));
  auto foreign = [](io::runtime& by, io::endpoint to) -> task<result<io::stream_ptr>> {
    co_return co_await by.connect(to, io::endpoint{pappus::ip_address::v4(0x0a000001), 0});
  };
  CHECK(world.run(foreign(client, where)).error() == std::errc::address_not_available);
  for (int i = 0; i != 20'000; ++i) {  // more than there are ports to choose from
    const auto dialed = world.run(dial(client, where));
    REQUIRE(dialed);
    CHECK((*dialed)->local_endpoint().port >= 49152);
    static_cast<void>(world.run(take(**listener)));
  }
}

}  // namespace link_test
