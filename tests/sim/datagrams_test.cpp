// Datagrams between machines: latency, loss, cuts and crashes.
#include <array>
#include <string>
#include <vector>

#include <pappus/io/datagram.hpp>

#include "support.hpp"

namespace datagrams_test {

using namespace pappus;
using namespace support;

/// Two machines, a socket of the second, what it receives in `heard`, and one of the first that is
/// connected to it.
struct machines {
  explicit machines(sim::link over = {}) : world(1, options(over)) {
    server_machine.spawn(listen(*server, heard, last_error));
  }
  ~machines() {
    server->close();
    world.run_for(0s);
  }

  void send(std::string_view what) { CHECK(client->send(text(what))); }

  static sim::world_options options(const sim::link& over) {
    sim::world_options given;
    given.default_link = over;
    return given;
  }
  static io::datagram_socket_ptr open(sim::machine& on, io::endpoint local, std::optional<io::endpoint> remote) {
    auto opened = on.runtime().open_datagram_socket(local, remote);
    REQUIRE(opened);
    return std::move(*opened);
  }
  static task<void> listen(io::datagram_socket& at, std::vector<std::string>& into, std::error_code& why) {
    std::array<std::byte, 64> bytes{};
    for (;;) {
      const auto got = co_await at.receive(bytes);
      if (!got) {
        why = got.error();
        co_return;
      }
      into.push_back(string_of(got->bytes));
    }
  }

  sim::world world;
  sim::machine& client_machine{world.add_machine()};
  sim::machine& server_machine{world.add_machine()};
  std::vector<std::string> heard;
  std::error_code last_error;
  io::datagram_socket_ptr server{open(server_machine, {server_machine.address(), 5351}, std::nullopt)};
  io::datagram_socket_ptr client{open(client_machine, {}, server->local_endpoint())};
};

TEST_CASE("a datagram takes the latency of the link") {
  machines pair{sim::link{10ms}};
  pair.send("x");
  pair.world.run_for(10ms - 1ns);
  CHECK(pair.heard.empty());
  pair.world.run_for(1ns);
  CHECK(pair.heard.size() == 1);
}

TEST_CASE("a link loses as many datagrams as it is set to, and the same ones with the same seed") {
  sim::link lossy{10ms};
  lossy.datagram_loss = 200;
  const auto heard = [&lossy] {
    machines pair{lossy};
    for (int i = 0; i != 1000; ++i) pair.send(std::to_string(i));
    pair.world.run_for(1s);
    return pair.heard;
  };
  const auto first = heard();
  CHECK(first.size() > 750);
  CHECK(first.size() < 850);
  CHECK(heard() == first);
  lossy.datagram_loss = 1000;
  CHECK(heard().empty());
  lossy.datagram_loss = 1001;
  CHECK_THROWS_AS(lossy.check(), std::invalid_argument);
}

TEST_CASE("datagrams overtake each other where the link has jitter, and share its bandwidth") {
  sim::link shaky{10ms, 5ms};
  machines pair{shaky};
  std::vector<std::string> sent;
  for (int i = 0; i != 50; ++i) sent.push_back(std::to_string(i));
  for (const std::string& each : sent) pair.send(each);
  pair.world.run_for(1s);
  CHECK(pair.heard.size() == sent.size());
  CHECK(pair.heard != sent);

  sim::link narrow{10ms};
  narrow.bandwidth = 10;  // bytes a second
  machines slow{narrow};
  for (int i = 0; i != 3; ++i) slow.send("0123456789");
  slow.world.run_for(2500ms);
  CHECK(slow.heard.size() == 2);
}

TEST_CASE("datagrams sent into a cut, or in flight when it comes, are lost, and later ones are not") {
  machines pair;
  const auto expect_lost = [&pair](const auto& cut) {
    pair.send("in flight");
    cut();
    pair.send("into the cut");
    pair.world.run_for(1h);
    CHECK(pair.heard.empty());
    pair.world.heal();
    pair.world.run_for(1h);
    CHECK(pair.heard.empty());
    pair.send("after it");
    pair.world.run_for(1h);
    CHECK(pair.heard == std::vector<std::string>{"after it"});
    pair.heard.clear();
  };
  expect_lost([&] { pair.world.partition({&pair.client_machine}); });
  expect_lost([&] { pair.world.cut(pair.client_machine, pair.server_machine); });
  expect_lost([&] { pair.world.cut_one_way(pair.client_machine, pair.server_machine); });
}

TEST_CASE("a crash closes sockets for datagrams; a machine that is up then refuses, a silent one does not") {
  const auto answer_after = [](sim::crash how) {
    machines pair;
    pair.world.run_for(0s);
    pair.server_machine.crash(how);
    pair.world.run_for(0s);
    CHECK(pair.last_error == make_error_code(errc::closed));
    CHECK_FALSE(pair.server->send_to(text("x"), pair.client->local_endpoint()));
    CHECK_FALSE(pair.server_machine.runtime().open_datagram_socket({}, std::nullopt));
    pair.send("x");
    pair.world.run_for(1h);
    const auto next = pair.client->send(text("y"));
    return next ? std::error_code{} : next.error();
  };
  CHECK(answer_after(sim::crash::reset) == std::errc::connection_refused);
  CHECK_FALSE(answer_after(sim::crash::blackhole));
}

TEST_CASE("a process without descriptors opens no socket for datagrams") {
  machines pair;
  pair.client_machine.exhaust_descriptors(true);
  const auto opened = pair.client_machine.runtime().open_datagram_socket({}, std::nullopt);
  REQUIRE_FALSE(opened);
  CHECK(opened.error() == std::errc::too_many_files_open);
}

TEST_CASE("the trace has a line for each datagram, for those that are lost, and for refusals") {
  machines pair;
  std::string lines;
  pair.world.trace([&lines](std::string_view line) { lines += std::string{line} + '\n'; });
  pair.send("four");
  pair.world.run_for(1s);
  CHECK(lines.find(" datagram 4\n") != std::string::npos);
  pair.send("lost");
  pair.world.cut(pair.client_machine, pair.server_machine);
  pair.world.run_for(1s);
  CHECK(lines.find(" datagram 4, lost\n") != std::string::npos);
  pair.world.heal();
  pair.server->close();
  pair.send("late");
  pair.world.run_for(1s);
  CHECK(lines.find(" refusal\n") != std::string::npos);
}

}  // namespace datagrams_test
