// Two connections with one peer: which session stays open.
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <support/conduit.hpp>
#include <support/stage.hpp>

#include <pappus/io/random.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/peer/address.hpp>
#include <pappus/peer/connections/limits.hpp>

namespace connections_duplicates_test {

using namespace pappus;
using namespace std::chrono_literals;
using support::scripted_peer;
using support::simulated_config;
using support::simulated_node;
using wire::messages::hand;
using wire::messages::ping;
using wire::messages::pong;
namespace limits = pappus::peer::limits;

namespace {

/// Two nodes that know each other's address, and connect to each other within that time.
struct twins {
  explicit twins(std::uint64_t seed) : world{seed} {}

  void dial_each_other(io::duration apart) {
    auto dial = [](simulated_node* from, io::endpoint to, io::duration after,
                   std::vector<std::string>* into) -> task<void> {
      static_cast<void>(co_await io::sleep_for(from->net(), after));
      const auto outcome = co_await (*from)->connect(to);
      into->push_back(outcome ? "connected" : outcome.error().message());
    };
    first_host.spawn(dial(&first, second.endpoint(), 1s, &outcomes));
    second_host.spawn(dial(&second, first.endpoint(), 1s + apart, &outcomes));
    world.run_for(1s + apart);
  }

  sim::world world;
  sim::machine& first_host = world.add_machine();
  sim::machine& second_host = world.add_machine();
  simulated_node first{first_host};
  simulated_node second{second_host};
  std::vector<std::string> outcomes;
};

/// A peer that treats connections like Grin: it lists one per address, the one added last, closes no others, answers
/// pings on all, and sends pings on the listed one. It may connect, too.
class grin_model {
public:
  explicit grin_model(sim::machine& at) : at_(at) {}

  [[nodiscard]] io::endpoint endpoint() const { return {at_.address(), support::port}; }
  /// Whether the connection it lists is open.
  [[nodiscard]] bool is_connected() const { return listed_ != 0 && open_[listed_ - 1]; }
  [[nodiscard]] std::optional<peer::direction> listed_way() const {
    return is_connected() ? std::optional{ways_[listed_ - 1]} : std::nullopt;
  }

  void start() { at_.spawn(run(this)); }
  void dial(io::endpoint where, io::duration after) { at_.spawn(reach(this, where, after)); }

private:
  static task<void> run(grin_model* self) { co_await with_scope(accept_all, self); }

  static task<void> accept_all(scope& all, grin_model* self) {
    auto listener = self->at_.runtime().listen({{}, support::port}).value();
    for (;;) {
      auto accepted = co_await listener->accept();
      if (!accepted) co_return;
      all.spawn(be_greeted(self, std::move(*accepted)));
    }
  }

  static task<void> be_greeted(grin_model* self, io::stream_ptr over) {
    scripted_peer peer{self->at_.runtime(), std::move(over)};
    static_cast<void>(co_await peer.expect<hand>());
    co_await peer.send(peer.good_shake());
    co_await live(self, &peer, peer::direction::inbound);
  }

  static task<void> reach(grin_model* self, io::endpoint where, io::duration after) {
    static_cast<void>(co_await io::sleep_for(self->at_.runtime(), after));
    auto peer = co_await scripted_peer::dial(self->at_.runtime(), where);
    hand ours = peer.good_hand(support::port);
    ours.nonce = io::random_bits(self->at_.runtime());
    static_cast<void>(co_await peer.greet(std::move(ours)));
    co_await live(self, &peer, peer::direction::outbound);
  }

  static task<void> live(grin_model* self, scripted_peer* peer, peer::direction way) {
    self->open_.push_back(true);
    self->ways_.push_back(way);
    const std::size_t number = self->open_.size();
    self->listed_ = number;
    io::time_point next_ping = self->at_.runtime().now();  // soon: all connections are checked every ten seconds
    for (;;) {
      if (self->at_.runtime().now() >= next_ping) {
        if (self->listed_ == number) co_await peer->send(ping{});
        next_ping = self->at_.runtime().now() + 10s;
      }
      const auto got = co_await peer->receive(next_ping - self->at_.runtime().now());
      if (got && got->code == ping::code) co_await peer->send(pong{});
      if (!got && self->at_.runtime().now() < next_ping) break;  // closed
    }
    self->open_[number - 1] = false;
  }

  sim::machine& at_;
  std::size_t listed_ = 0;
  std::vector<bool> open_;
  std::vector<peer::direction> ways_;
};

/// Sends and answers pings.
task<void> stay(scripted_peer* peer, io::duration length) {
  const io::time_point until = peer->now() + length;
  while (peer->now() < until) {
    co_await peer->send(ping{});
    const io::time_point next = peer->now() + 10s;
    while (peer->now() < next) {
      const auto got = co_await peer->receive(next - peer->now());
      if (got && got->code == ping::code) co_await peer->send(pong{});
      if (!got && peer->now() < next) co_return;
    }
  }
}

}  // namespace

TEST_CASE("two nodes that connect to each other at once keep the same one of the connections, within half a minute") {
  for (std::uint64_t seed = 1; seed != 60; ++seed) {
    CAPTURE(seed);
    twins both{seed};
    both.dial_each_other(seed % 3 * 50us);
    both.world.run_for(28s);
    CHECK(both.outcomes == std::vector<std::string>{"connected", "connected"});
    const auto of_first = both.first->peers();
    const auto of_second = both.second->peers();
    REQUIRE(of_first.size() == 1);
    REQUIRE(of_second.size() == 1);
    CHECK(of_first[0].direction != of_second[0].direction);
    both.world.run_for(2min);
    CHECK(both.first->peers().size() == 1);
    CHECK(both.second->peers().size() == 1);
    CHECK(both.first->statistics().duplicates.resolved == 1);
    CHECK(both.first->statistics().duplicates.open == 0);
    CHECK(both.first->statistics().ban_manager.discouraged + both.second->statistics().ban_manager.discouraged == 0);
  }
}

TEST_CASE(
    "a node that connects to a peer with an old inbound session finds that it is the same peer, and does not repeat "
    "it") {
  for (std::uint64_t seed = 1; seed != 10; ++seed) {
    CAPTURE(seed);
    twins both{seed};
    both.dial_each_other(1min);
    CHECK(both.first->peers().size() == 1);
    both.world.run_for(1s);
    CHECK(both.first->peers().size() == 2);
    both.world.run_for(limits::duplicate_timeout);
    CHECK(both.first->peers().size() == 1);
    REQUIRE(both.second->peers().size() == 1);
    CHECK(both.second->peers()[0].direction == peer::direction::inbound);  // the older one stays
    both.outcomes.clear();
    both.dial_each_other(1s);
    both.world.run_for(1s);
    CHECK(both.outcomes == std::vector<std::string>{"already_connected", "already_connected"});
  }
}

TEST_CASE("of two connections with a Grin peer the listed one is kept, whoever connected first") {
  int dialed = 0;
  for (std::uint64_t seed = 1; seed != 60; ++seed) {
    CAPTURE(seed);
    sim::world world{seed};
    grin_model grin{world.add_machine()};
    simulated_node node{world.add_machine()};
    grin.start();
    grin.dial(node.endpoint(), 1s + seed % 7 * 20ms);
    auto connect = [](simulated_node* from, io::endpoint to) -> task<void> {
      static_cast<void>(co_await io::sleep_for(from->net(), 1s + 60ms));
      const auto met = co_await (*from)->connect(to);
      CHECK(met.has_value());
    };
    world.run(connect(&node, grin.endpoint()));
    world.run_for(1s);
    CHECK(node->peers().size() == 2);
    world.run_for(30s);
    REQUIRE(node->peers().size() == 1);
    REQUIRE(grin.listed_way().has_value());
    CHECK(node->peers()[0].direction != *grin.listed_way());
    dialed += node->peers()[0].direction == peer::direction::outbound ? 1 : 0;
    world.run_for(2min);
    CHECK(node->peers().size() == 1);
    CHECK(grin.is_connected());
  }
  CHECK(dialed > 5);
  CHECK(dialed < 54);
}

TEST_CASE("a connection that a Grin peer no longer lists is replaced by the peer's next one") {
  sim::world world{1};
  grin_model grin{world.add_machine()};
  simulated_node node{world.add_machine()};
  grin.start();
  auto connect = [](simulated_node* from, io::endpoint to) -> task<void> {
    const auto met = co_await (*from)->connect(to);
    CHECK(met.has_value());
  };
  world.run_for(1s);
  world.run(connect(&node, grin.endpoint()));
  grin.dial(node.endpoint(), 5min);
  world.run_for(5min + 1s);
  CHECK(node->peers().size() == 2);
  world.run_for(30s);
  REQUIRE(node->peers().size() == 1);
  CHECK(node->peers()[0].direction == peer::direction::inbound);
  CHECK(grin.listed_way() == peer::direction::outbound);
}

TEST_CASE(
    "a stranger at a peer's address neither ends the peer's session by announcing its port, with any nonce, nor keeps "
    "it out") {
  for (const bool lives : {false, true}) {
    CAPTURE(lives);
    sim::world world{1};
    simulated_node node{world.add_machine()};
    sim::machine& shared = world.add_machine();  // the address of both
    simulated_node honest{shared};
    auto script = [](simulated_node* victim, simulated_node* good, sim::machine* from, bool stays) -> task<void> {
      auto liar = co_await scripted_peer::dial(from->runtime(), victim->endpoint());
      hand ours = liar.good_hand();
      ours.nonce = 0;  // smaller than any
      ours.sender = peer::to_wire(good->endpoint());
      static_cast<void>(co_await liar.greet(std::move(ours)));
      const auto connected = co_await (*victim)->connect(good->endpoint());
      CHECK(connected.has_value());
      if (stays) co_await stay(&liar, 2min);
      else static_cast<void>(co_await io::sleep_for(from->runtime(), 2min));
      std::size_t outbound = 0;
      for (const auto& each : (*victim)->peers()) outbound += each.direction == peer::direction::outbound ? 1 : 0;
      CHECK(outbound == 1);
      CHECK((*victim)->peers().size() == (stays ? 2 : 1));
      CHECK((*good)->peers().size() == 1);
      CHECK((*victim)->statistics().duplicates.distinct == (stays ? 1 : 0));
    };
    world.run_for(1s);
    world.run(script(&node, &honest, &shared, lives));
  }
}

TEST_CASE(
    "a stranger that connects repeatedly with the port of an outbound peer does not keep us from pinging that peer") {
  sim::world world{1};
  simulated_node node{world.add_machine()};
  sim::machine& shared = world.add_machine();
  simulated_node honest{shared};
  auto script = [](simulated_node* victim, simulated_node* good, sim::machine* from) -> task<void> {
    static_cast<void>(co_await (*victim)->connect(good->endpoint()));
    const auto before = (*good)->statistics().sessions.received[ping::code];
    for (int i = 0; i != 20; ++i) {
      auto liar = co_await scripted_peer::dial(from->runtime(), victim->endpoint());
      hand ours = liar.good_hand(support::port);
      ours.nonce = 0;
      static_cast<void>(co_await liar.greet(std::move(ours)));
      co_await stay(&liar, 20s);
    }
    CHECK((*good)->statistics().sessions.received[ping::code] - before >= 8);  // in 400 seconds
    CHECK((*good)->peers().size() == 1);
  };
  world.run_for(1s);
  world.run(script(&node, &honest, &shared));
}

namespace {

constexpr std::size_t archive_bytes = 4500;

/// An outbound peer that sends pings, and on request an archive, a piece each second: no ping can come meanwhile.
task<void> send_archive_slowly(sim::machine* at) {
  auto listener = at->runtime().listen({{}, support::port}).value();
  auto accepted = co_await listener->accept();
  scripted_peer peer{at->runtime(), std::move(accepted).value()};
  static_cast<void>(co_await peer.expect<hand>());
  co_await peer.send(peer.good_shake());
  static_cast<void>(co_await peer.expect<wire::messages::txhashset_request>());
  co_await peer.send(ping{});
  wire::messages::txhashset_archive response;
  response.bytes = archive_bytes;
  co_await peer.send(response);
  for (std::size_t sent = 0; sent != archive_bytes; sent += 100) {
    static_cast<void>(co_await io::sleep_for(at->runtime(), 1s));
    co_await peer.send_bytes(wire::bytes(100));
  }
  co_await stay(&peer, 1min);
}

/// Announces the port of another peer, and sends pings.
task<void> announce_port(sim::machine* from, io::endpoint to) {
  auto liar = co_await scripted_peer::dial(from->runtime(), to);
  hand ours = liar.good_hand(support::port);
  ours.nonce = 0;
  static_cast<void>(co_await liar.greet(std::move(ours)));
  co_await stay(&liar, 2min);
}

}  // namespace

TEST_CASE("a peer that cannot send pings during a long transfer is not replaced by a stranger at its address") {
  support::stage on;
  sim::machine& shared = on.world.add_machine();
  shared.spawn(send_archive_slowly(&shared));
  auto script = [](support::stage* at, sim::machine* from) -> task<void> {
    const auto met = co_await at->node->connect(io::endpoint{from->address(), support::port});
    CHECK(met.has_value());
    auto disk = co_await support::conduit::make(at->node.net(), {at->node.endpoint().address, 99});
    std::optional<bool> whole;
    at->node->request(met->id, peer::archive_request{{}, std::move(disk.in), archive_bytes},
                      [&whole](const auto& given) { whole = given.has_value(); });
    from->spawn(announce_port(from, at->node.endpoint()));
    static_cast<void>(co_await io::sleep_for(at->net(), 70s));
    CHECK(whole == std::optional{true});
    static_cast<void>(co_await io::sleep_for(at->net(), 20s));
    CHECK(at->node->peers().size() == 2);
    CHECK(at->node->statistics().duplicates.distinct == 1);
  };
  on.world.run_for(1s);
  on.play(script(&on, &shared));
}

TEST_CASE("a preferred peer is connected to, though a stranger at its address announces its port") {
  sim::world world{1};
  sim::machine& shared = world.add_machine();
  node_config config = simulated_config();
  config.preferred_peers.push_back({shared.address(), support::port});
  simulated_node node{world.add_machine(), std::move(config)};
  auto script = [](simulated_node* victim, sim::machine* from) -> task<void> {
    auto liar = co_await scripted_peer::dial(from->runtime(), victim->endpoint());
    static_cast<void>(co_await liar.greet(liar.good_hand(support::port)));
    co_await stay(&liar, 10min);
  };
  world.run_for(1s);
  shared.spawn(script(&node, &shared));
  world.run_for(2s);
  REQUIRE(node->peers().size() == 1);
  CHECK(node->peers()[0].direction == peer::direction::inbound);
  simulated_node preferred{shared};
  world.run_for(5min);
  CHECK(node->peers().size() == 2);
  CHECK(preferred->peers().size() == 1);
}

TEST_CASE("there is one attempt at a time for an endpoint, whoever requests it") {
  sim::world world{1};
  simulated_node node{world.add_machine()};
  simulated_node other{world.add_machine()};
  std::vector<std::string> outcomes;
  world.run_for(1s);
  for (int i = 0; i != 3; ++i) {
    node->connect(other.endpoint(),
                  [&outcomes](const auto& met) { outcomes.push_back(met ? "connected" : met.error().message()); });
  }
  world.run_for(1s);
  CHECK(outcomes == std::vector<std::string>{"already_connected", "already_connected", "connected"});
  CHECK(other->peers().size() == 1);
  CHECK(node->statistics().connections.failed_dials[peer::disconnect_reason::already_connected] == 2);
}

}  // namespace connections_duplicates_test
