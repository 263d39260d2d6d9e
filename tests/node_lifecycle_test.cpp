// A node begins and ends in order, and in time, whatever it is stopped in.
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/conduit.hpp>
#include <support/scripted_peer.hpp>
#include <support/simulated_node.hpp>
#include <support/temporary_folder.hpp>

#include <pappus/coro/oneshot.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/peer/limits.hpp>
#include <pappus/peer/session/limits.hpp>
#include <pappus/sim/world.hpp>

namespace node_lifecycle_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace wire::messages;
using peer::store_errc;
using support::conduit;
using support::port;
using support::scripted_peer;
using support::simulated_config;
using support::temporary_folder;

namespace {

using stored = result<void>;

/// For the store and a few turns of the loop.
constexpr io::duration soon = 10ms;

/// A node of which is noted when it ended, and how.
class mortal {
public:
  explicit mortal(sim::machine& at, node_config config = simulated_config(), integration::adapter above = {})
      : at_(at), node_(at.runtime(), std::move(config), listening_to(std::move(above))) {}
  mortal(const mortal&) = delete;
  mortal& operator=(const mortal&) = delete;
  ~mortal() {
    node_.stop();
    at_.in().run_for(1min);
  }

  void start() { at_.spawn(live()); }
  [[nodiscard]] pappus::node* operator->() noexcept { return &node_; }
  [[nodiscard]] io::endpoint endpoint() const noexcept { return {at_.address(), node_.config().listen->port}; }

  /// Stops it; gives how long it takes to end.
  io::duration stop() {
    const io::time_point stopped = at_.in().now();
    node_.stop();
    at_.in().run_for(1min);
    REQUIRE(outcome.has_value());
    return ended_at - stopped;
  }

  [[nodiscard]] bool ended_well() const { return outcome && outcome->has_value(); }
  [[nodiscard]] bool left_its_store() const {
    return outcome && !outcome->has_value() && outcome->error() == make_error_code(store_errc::unresponsive);
  }

  std::optional<result<void>> outcome;
  io::time_point ended_at{};
  bool listened = false;
  std::vector<std::string> warned;

private:
  integration::adapter listening_to(integration::adapter above) {
    above.listening = [this](io::endpoint) { listened = true; };
    above.log = [this](const peer::log_line& line) {
      if (line.level <= peer::log_level::warning) warned.push_back(line.text);
    };
    return above;
  }

  task<void> live() {
    auto ended = co_await node_.run();
    ended_at = at_.in().now();
    outcome.emplace(std::move(ended));
  }

  sim::machine& at_;
  pappus::node node_;
};

[[nodiscard]] node_config stored_in(const std::string& file) {
  node_config config = simulated_config();
  config.store_path = file;
  return config;
}

[[nodiscard]] io::endpoint_range some_address(std::uint32_t number) {
  return io::endpoint_range{io::ipv4_address{0x05060700 + number}};
}

/// A peer that has shaken hands, and will not read another byte.
task<void> shake_and_fall_silent(io::runtime* on, io::endpoint where, std::optional<scripted_peer>* kept) {
  auto peer = co_await scripted_peer::dial(*on, where);
  static_cast<void>(co_await peer.greet(peer.good_hand()));
  kept->emplace(std::move(peer));
}

}  // namespace

TEST_CASE("a node that is stopped before it runs does not begin") {
  sim::world world{1};
  mortal node{world.add_machine()};
  node->stop();
  node.start();
  CHECK(node.stop() == 0s);
  CHECK(node.ended_well());
  CHECK_FALSE(node.listened);
}

TEST_CASE("a node may be stopped twice, and when it has ended") {
  sim::world world{1};
  mortal node{world.add_machine()};
  node.start();
  world.run_for(1s);
  CHECK(node.listened);
  node->stop();
  CHECK(node.stop() < soon);
  CHECK(node.ended_well());
  node->stop();
  CHECK(node.warned.empty());
}

TEST_CASE("a node that is stopped while it opens its store brings that to an end, and leaves the store to others") {
  const temporary_folder folder;
  sim::world_options slow;
  slow.worker_delay = 1s;
  sim::world world{1, slow};
  sim::machine& at = world.add_machine();
  mortal node{at, stored_in(folder.file("peers.db"))};
  node.start();
  world.run_for(500ms);
  CHECK(node.stop() <= 1s * 3);
  CHECK(node.ended_well());
  CHECK_FALSE(node.listened);
  mortal next{at, stored_in(folder.file("peers.db"))};
  next.start();
  world.run_for(5s);
  CHECK(next.listened);
}

TEST_CASE("a node that is stopped while its store hangs in opening leaves it to the worker in time, and says so") {
  const temporary_folder folder;
  sim::world world{1};
  sim::machine& at = world.add_machine();
  mortal node{at, stored_in(folder.file("peers.db"))};
  at.hang_workers(true);
  stored banned;
  node->ban(some_address(1), 1h, wire::reason_for_ban::manual,
            [&banned](stored outcome) { banned = std::move(outcome); });
  node.start();
  world.run_for(1h);
  CHECK(node.stop() == peer::limits::shutdown_timeout);
  CHECK(node.left_its_store());
  CHECK(node.warned.size() == 1);
  CHECK_FALSE(banned.has_value());
  at.hang_workers(false);
  world.run_for(1s);
  mortal next{at, stored_in(folder.file("peers.db"))};
  next.start();
  world.run_for(1s);
  CHECK(next.listened);
  CHECK(next->bans().empty());
}

TEST_CASE("whoever waits for a connection is told when the node stops, be it in dialling or in the handshake") {
  sim::world world{1};
  mortal node{world.add_machine()};
  sim::machine& silent = world.add_machine();
  const io::listener_ptr listening = silent.runtime().listen({{}, port}).value();
  node.start();
  std::vector<std::string> told;
  const auto note = [&told](const auto& outcome) { told.push_back(outcome ? "a peer" : outcome.error().message()); };
  world.run_for(1s);
  node->connect({io::ipv4_address{0x05060708}, port}, note);  // nobody is there
  node->connect({silent.address(), port}, note);
  world.run_for(2s);
  CHECK(told.empty());
  CHECK(node->statistics().connections.handshaking == 1);
  CHECK(node.stop() < soon);
  CHECK(node.ended_well());
  CHECK(told == std::vector<std::string>{"shutting_down", "shutting_down"});
}

TEST_CASE("a node is not kept by a name that is being looked up") {
  sim::world_options slow;
  slow.resolve_delay = 1h;
  sim::world world{1, slow};
  node_config config = simulated_config();
  config.connection_limits.outbound = 8;
  config.seeds.emplace().push_back(peer::seed::parse("seed.example:23414").value());
  mortal node{world.add_machine(), std::move(config)};
  node.start();
  world.run_for(1min);
  CHECK(node.stop() < soon);
  CHECK(node.ended_well());
}

TEST_CASE("a peer that reads nothing holds nothing up, also when it is being told why it is banned") {
  for (const bool banned : {false, true}) {
    CAPTURE(banned);
    sim::world_options narrow;
    narrow.default_link.window = 1'000;
    sim::world world{1, narrow};
    mortal node{world.add_machine()};
    node.start();
    std::optional<scripted_peer> silent;
    sim::machine& peer = world.add_machine();
    io::runtime& net = peer.runtime();
    world.run(shake_and_fall_silent(&net, node.endpoint(), &silent));
    for (int i = 0; i != 200; ++i) node->send(1, ping{});
    world.run_for(10s);
    REQUIRE(node->statistics().inbound == 1);
    if (banned) node->ban(io::endpoint_range{peer.address()}, 1h, wire::reason_for_ban::manual, {});
    CHECK(node.stop() < pappus::peer::limits::disconnect_timeout + soon);
    CHECK(node.ended_well());
  }
}

TEST_CASE("an archive that is being read and sent holds nothing up longer than last words may") {
  for (const bool given : {false, true}) {  // whether its file gives what it should
    CAPTURE(given);
    sim::world_options narrow;
    narrow.default_link.window = 1'000;
    sim::world world{1, narrow};
    sim::machine& at = world.add_machine();
    conduit disk;
    integration::adapter above;
    above.txhashset_read = [&disk](const txhashset_request&) -> std::optional<peer::archive> {
      peer::archive opened;
      opened.description.bytes = 3'000'000;
      opened.content = std::move(disk.out);
      return opened;
    };
    mortal node{at, simulated_config(), std::move(above)};
    node.start();
    std::optional<scripted_peer> silent;
    io::runtime& net = world.add_machine().runtime();
    world.run(shake_and_fall_silent(&net, node.endpoint(), &silent));
    auto ask = [](io::runtime* on, io::endpoint where, conduit* into, scripted_peer* as, bool fill) -> task<void> {
      *into = co_await conduit::make(*on, where);
      co_await as->send(txhashset_request{});
      const wire::bytes content = support::noise(100'000);
      if (fill) static_cast<void>(co_await into->in->write_all(content));
    };
    io::runtime& its_net = at.runtime();
    world.run(ask(&its_net, {at.address(), 99}, &disk, &*silent, given));
    world.run_for(10s);
    REQUIRE(disk.out == nullptr);
    CHECK(node.stop() < peer::limits::disconnect_timeout + soon);
    CHECK(node.ended_well());
    disk = {};
  }
}

TEST_CASE("a node that is stopped while an archive comes in has not got it") {
  sim::world world{1};
  sim::machine& at = world.add_machine();
  mortal node{at};
  node.start();
  std::optional<scripted_peer> giver;
  io::runtime& net = world.add_machine().runtime();
  world.run(shake_and_fall_silent(&net, node.endpoint(), &giver));
  conduit disk;
  std::optional<std::error_code> why;
  auto give = [](io::runtime* on, io::endpoint where, conduit* into, pappus::node* to,
                 std::optional<std::error_code>* told, scripted_peer* from) -> task<void> {
    *into = co_await conduit::make(*on, where);
    to->request(1, peer::archive_request{{}, std::move(into->in), 1'000'000}, [told](const auto& outcome) {
      if (!outcome) *told = outcome.error();
    });
    static_cast<void>(co_await from->expect<txhashset_request>());
    txhashset_archive said;
    said.bytes = 1'000'000;
    co_await from->send(said);
    co_await from->send_bytes(support::noise(600'000));
  };
  io::runtime& its_net = at.runtime();
  world.run(give(&its_net, {at.address(), 99}, &disk, node.operator->(), &why, &*giver));
  world.run_for(1s);
  CHECK_FALSE(why.has_value());
  CHECK(node.stop() < soon);
  CHECK(node.ended_well());
  CHECK(why == peer::request_error::disconnected);
}

TEST_CASE("a store that hangs is left in time; what was acknowledged is there when it is opened again") {
  const temporary_folder folder;
  sim::world world{1};
  sim::machine& at = world.add_machine();
  std::vector<bool> acknowledged;
  const auto note = [&acknowledged](const stored& outcome) { acknowledged.push_back(outcome.has_value()); };
  {
    mortal node{at, stored_in(folder.file("peers.db"))};
    node.start();
    world.run_for(1s);
    node->ban(some_address(1), 1h, wire::reason_for_ban::manual, note);
    world.run_for(1s);
    CHECK(acknowledged == std::vector{true});
    at.hang_workers(true);
    node->ban(some_address(2), 1h, wire::reason_for_ban::manual, note);
    world.run_for(1s);
    node->ban(some_address(3), 1h, wire::reason_for_ban::manual, note);
    CHECK(node.stop() == peer::limits::shutdown_timeout);
    CHECK(node.left_its_store());
    CHECK(node.warned.size() == 1);
    CHECK(acknowledged == std::vector{true, false, false});
    node->ban(some_address(4), 1h, wire::reason_for_ban::manual, note);
    world.run_for(1s);
    CHECK(acknowledged == std::vector{true, false, false, false});
  }
  at.hang_workers(false);
  mortal next{at, stored_in(folder.file("peers.db"))};
  next.start();
  world.run_for(1s);
  REQUIRE(next.listened);
  CHECK(next->bans().at(0).range == some_address(1));
}

TEST_CASE("a store that is slow but done in time loses nothing") {
  const temporary_folder folder;
  sim::world world{1};
  sim::machine& at = world.add_machine();
  std::vector<bool> acknowledged;
  {
    mortal node{at, stored_in(folder.file("peers.db"))};
    node.start();
    world.run_for(1s);
    at.hang_workers(true);
    for (const std::uint32_t each : {1U, 2U}) {
      node->ban(some_address(each), 1h, wire::reason_for_ban::manual,
                [&acknowledged](const stored& outcome) { acknowledged.push_back(outcome.has_value()); });
      world.run_for(100ms);
    }
    node->stop();
    world.run_for(4s);
    CHECK_FALSE(node.outcome.has_value());
    at.hang_workers(false);
    world.run_for(1s);
    CHECK(node.ended_well());
    CHECK(acknowledged == std::vector{true, true});
    CHECK(node.warned.empty());
  }
  mortal next{at, stored_in(folder.file("peers.db"))};
  next.start();
  world.run_for(1s);
  CHECK(next->bans().size() == 2);
}

TEST_CASE("how long a stop may take is for the node's maker to say") {
  const temporary_folder folder;
  sim::world_options narrow;
  narrow.default_link.window = 1'000;
  sim::world world{1, narrow};
  sim::machine& at = world.add_machine();
  node_config config = stored_in(folder.file("peers.db"));
  config.shutdown_timeout = 600ms;
  mortal node{at, std::move(config)};
  node.start();
  std::optional<scripted_peer> silent;
  io::runtime& net = world.add_machine().runtime();
  world.run(shake_and_fall_silent(&net, node.endpoint(), &silent));
  for (int i = 0; i != 2'000; ++i) node->send(1, ping{});
  world.run_for(10s);
  at.hang_workers(true);
  node->ban(some_address(1), 1h, wire::reason_for_ban::manual, {});
  world.run_for(10s);
  CHECK(node.stop() == 600ms);
  CHECK(node.left_its_store());
}

TEST_CASE("a second node in the same process finds the bans and the addresses of the first") {
  const temporary_folder folder;
  sim::world world{1};
  sim::machine& at = world.add_machine();
  sim::machine& other = world.add_machine();
  mortal peer{other};
  peer.start();
  for (int life = 0; life != 3; ++life) {
    CAPTURE(life);
    mortal node{at, stored_in(folder.file("peers.db"))};
    node.start();
    world.run_for(1s);
    CHECK(node->bans().size() == static_cast<std::size_t>(life));
    CHECK(node->known_addresses().size() == (life == 0 ? 0U : 1U));
    if (life == 0) node->connect(peer.endpoint(), [](const auto& outcome) { CHECK(outcome.has_value()); });
    world.run_for(1s);
    node->ban(some_address(static_cast<std::uint32_t>(life)), 24h, wire::reason_for_ban::manual, {});
    CHECK(node.stop() < soon);  // the ban is stored on the way out
    CHECK(node.ended_well());
  }
}

TEST_CASE("two nodes in one process are peers of each other, and one ends without the other") {
  sim::world world{1};
  sim::machine& at = world.add_machine();
  mortal one{at};
  node_config config = simulated_config();
  config.listen->port = port + 1;
  mortal two{at, std::move(config)};
  one.start();
  two.start();
  world.run_for(1s);
  two->connect(one.endpoint(), {});
  world.run_for(1s);
  CHECK(one->peers().size() == 1);
  CHECK(two->peers().size() == 1);
  CHECK(one.stop() < 100ms);
  CHECK(two->peers().empty());
  CHECK_FALSE(two.outcome.has_value());
  CHECK(two.stop() < soon);
  CHECK(two.ended_well());
}

}  // namespace node_lifecycle_test
