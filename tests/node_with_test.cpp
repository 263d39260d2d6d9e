// Messages of an application on a node: received, refused and sent.
#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/simulated_node.hpp>

#include <pappus/node_with.hpp>
#include <pappus/sim/world.hpp>
#include <pappus/statistics.hpp>

namespace node_with_test {

using namespace pappus;
using namespace std::chrono_literals;
using support::simulated_config;
using support::simulated_node;

namespace {

struct price {
  static constexpr std::uint8_t code = 200;
  static constexpr const char* name = "price";
  static constexpr std::size_t cap(wire::chain_limits) noexcept { return 64; }

  [[nodiscard]] static price read(wire::reader& in) { return {in.u64("amount"), std::string{in.text("currency")}}; }
  void write(wire::writer& out) const {
    out.u64(amount);
    out.text(currency, "currency");
  }
  [[nodiscard]] std::size_t size(wire::protocol_version) const noexcept { return 16 + currency.size(); }

  std::uint64_t amount = 0;
  std::string currency;
};

/// A message with the code of a price in another form.
struct no_price {
  static constexpr std::uint8_t code = 200;
  static constexpr const char* name = "no_price";
  static constexpr std::size_t cap(wire::chain_limits) noexcept { return 1 << 20; }

  [[nodiscard]] static no_price read(wire::reader&) { return {}; }
  void write(wire::writer& out) const { out.raw(wire::bytes(bytes)); }
  [[nodiscard]] std::size_t size(wire::protocol_version) const noexcept { return bytes; }

  std::size_t bytes = 3;
};

/// Runs a node from its construction to its destruction, and records the prices it receives.
template <class Node>
struct trader {
  explicit trader(sim::machine& machine) : at(machine), node(machine.runtime(), simulated_config(), adapter()) {
    at.runtime().spawn(run(&node, &ended_well));
  }
  trader(const trader&) = delete;
  trader& operator=(const trader&) = delete;
  ~trader() {
    node.stop();
    at.in().run_for(10s);
    CHECK(ended_well);
  }

  integration::adapter adapter() {
    integration::adapter functions;
    functions.peer_disconnected = [this](const peer::peer_info&, const peer::disconnect_info& why) {
      disconnected.push_back(to_string(why));
    };
    functions.trace = [this](const peer::peer_info&, const peer::passing_message& what) {
      traced.push_back(what.name);
    };
    return functions;
  }

  void listen(const peer::rate_limit& limit = {}) {
    node.template handle<price>(
        [this](const peer::peer_info&, const price& message) { heard.push_back(message.currency); }, limit);
  }

  static task<void> run(Node* which, bool* well) {
    const auto ended = co_await which->run();
    *well = ended.has_value();
  }

  [[nodiscard]] io::endpoint endpoint() const { return {at.address(), support::port}; }
  [[nodiscard]] std::uint64_t peer() const { return node.peers().at(0).id; }

  sim::machine& at;
  std::vector<std::string> heard;
  std::vector<std::string> disconnected;
  std::vector<std::string> traced;
  bool ended_well = false;
  Node node;
};

using price_trader = trader<node_with<price>>;

void connect(sim::world& world, auto& from, io::endpoint to) {
  world.run_for(1s);
  from.node.connect(to, {});
  world.run_for(1s);
  REQUIRE(from.node.peers().size() == 1);
}

}  // namespace

TEST_CASE("a message of the application is sent both ways, and traced by its name") {
  sim::world world{1};
  price_trader one{world.add_machine()};
  price_trader two{world.add_machine()};
  one.listen();
  two.listen();
  connect(world, one, two.endpoint());
  CHECK(one.node.send(one.peer(), price{1, "EUR"}));
  CHECK(two.node.send(two.peer(), price{2, "CHF"}));
  world.run_for(1s);
  CHECK(two.heard == std::vector<std::string>{"EUR"});
  CHECK(one.heard == std::vector<std::string>{"CHF"});
  CHECK(std::ranges::count(one.traced, "price") == 2);
}

TEST_CASE("a message without a handler is ignored, by a node that knows it and by one that does not") {
  sim::world world{1};
  price_trader one{world.add_machine()};
  price_trader two{world.add_machine()};
  simulated_node plain{world.add_machine()};
  connect(world, one, two.endpoint());
  one.node.connect(plain.endpoint(), {});
  world.run_for(1s);
  CHECK(one.node.broadcast(price{1, "EUR"}).sent == 2);
  world.run_for(1s);
  CHECK(one.node.peers().size() == 2);
  CHECK(two.heard.empty());
}

TEST_CASE("a broadcast is sent to the selected peers, as often as it is made") {
  sim::world world{1};
  price_trader one{world.add_machine()};
  price_trader two{world.add_machine()};
  price_trader three{world.add_machine()};
  two.listen();
  three.listen();
  connect(world, one, two.endpoint());
  one.node.connect(three.endpoint(), {});
  world.run_for(1s);
  const auto only_two = [&](const peer::peer_info& peer) { return peer.endpoint == two.endpoint(); };
  CHECK(one.node.broadcast(price{1, "EUR"}, only_two).sent == 1);
  CHECK(one.node.broadcast(price{1, "EUR"}, only_two).sent == 1);
  world.run_for(1s);
  CHECK(two.heard.size() == 2);
  CHECK(three.heard.empty());
}

TEST_CASE("a peer that reads slowly is sent no more announcements, but messages of another priority") {
  sim::world world{1};
  price_trader one{world.add_machine()};
  price_trader two{world.add_machine()};
  two.listen(peer::rate_limit::unlimited());
  connect(world, one, two.endpoint());
  std::size_t announced = 0;
  while (one.node.broadcast(price{1, "EUR"}).sent == 1) ++announced;
  CHECK(one.node.broadcast(price{1, "EUR"}).congested == 1);
  CHECK(one.node.broadcast(price{1, "CHF"}, {}, peer::send_priority::control).sent == 1);
  world.run_for(5min);
  CHECK(two.heard.size() == announced + 1);
  CHECK(std::ranges::find(two.heard, "CHF") - two.heard.begin() < std::ptrdiff_t(announced));
}

TEST_CASE("a malformed message, or one that is too long, ends the session with an error") {
  for (const std::size_t bytes : {std::size_t{3}, std::size_t{1000}}) {
    CAPTURE(bytes);
    sim::world world{1};
    trader<node_with<no_price>> liar{world.add_machine()};
    price_trader one{world.add_machine()};
    one.listen();
    connect(world, liar, one.endpoint());
    CHECK(liar.node.send(liar.peer(), no_price{bytes}));
    world.run_for(1s);
    REQUIRE(one.disconnected.size() == 1);
    CHECK(one.disconnected[0].starts_with("bad_message: "));
    CHECK(one.heard.empty());
  }
}

TEST_CASE("a message longer than its own limit is not sent") {
  sim::world world{1};
  price_trader one{world.add_machine()};
  price_trader two{world.add_machine()};
  connect(world, one, two.endpoint());
  CHECK_FALSE(one.node.send(one.peer(), price{1, std::string(1000, 'x')}));
  CHECK(one.node.broadcast(price{1, std::string(1000, 'x')}).unsendable == 1);
}

TEST_CASE("a peer that sends more of a message than the limit is disconnected") {
  sim::world world{1};
  price_trader one{world.add_machine()};
  price_trader two{world.add_machine()};
  two.listen({1, 5});
  connect(world, one, two.endpoint());
  for (int i = 0; i != 6; ++i) CHECK(one.node.send(one.peer(), price{1, "EUR"}));
  world.run_for(1s);
  CHECK(two.heard.size() == 5);
  CHECK(two.disconnected == std::vector<std::string>{"too_many_messages: too many of price"});
}

TEST_CASE("an exception of a handler ends the session of the peer, and no other") {
  sim::world world{1};
  price_trader one{world.add_machine()};
  price_trader two{world.add_machine()};
  price_trader three{world.add_machine()};
  connect(world, two, one.endpoint());
  connect(world, three, one.endpoint());
  one.node.handle<price>([](const peer::peer_info&, const price&) { throw std::runtime_error{"no"}; });
  CHECK(two.node.send(two.peer(), price{1, "EUR"}));
  world.run_for(1s);
  CHECK(one.disconnected == std::vector<std::string>{"internal_error: no"});
  CHECK(one.node.peers().size() == 1);
  CHECK(one.node.statistics().exceptions == 1);
}

TEST_CASE("a handler keeps its state; an empty one ignores messages again; a new limit holds at once") {
  sim::world world{1};
  price_trader one{world.add_machine()};
  price_trader two{world.add_machine()};
  connect(world, two, one.endpoint());
  std::vector<int> counts;
  one.node.handle<price>([&counts, n = 0](const peer::peer_info&, const price&) mutable { counts.push_back(++n); });
  for (int i = 0; i != 3; ++i) CHECK(two.node.send(two.peer(), price{1, "EUR"}));
  world.run_for(1s);
  CHECK(counts == std::vector{1, 2, 3});
  one.node.handle<price>({});
  CHECK(two.node.send(two.peer(), price{1, "EUR"}));
  world.run_for(1s);
  CHECK(one.disconnected.empty());
  one.listen({0.001, 1});
  for (int i = 0; i != 2; ++i) CHECK(two.node.send(two.peer(), price{1, "EUR"}));
  world.run_for(1s);
  CHECK(one.heard.size() == 1);
  CHECK(one.disconnected == std::vector<std::string>{"too_many_messages: too many of price"});
}

TEST_CASE("a handler may set another handler, disconnect the peer and stop the node") {
  sim::world world{1};
  price_trader one{world.add_machine()};
  price_trader two{world.add_machine()};
  connect(world, two, one.endpoint());
  one.node.handle<price>([&](const peer::peer_info& from, const price&) {
    one.listen();
    one.node.disconnect(from.id);
    one.node.stop();
  });
  CHECK(two.node.send(two.peer(), price{1, "EUR"}));
  world.run_for(10s);
  CHECK(one.ended_well);
  CHECK(one.heard.empty());
}

}  // namespace node_with_test
