// What a node learns from inbound peers of where it is, and what it does with it.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/peer/reachability/limits.hpp>

#include "home.hpp"

namespace reachability_reachability_test {

using namespace reachability_support;
namespace limits = peer::limits;

namespace {

const io::endpoint dialed = at("82.4.5.7:50000");
const ip_address ours = dialed.address;
const io::endpoint wrong = at("82.4.5.8:50000");

/// The Hand that a machine gets when the node connects to it.
wire::messages::hand hand_for(home& on, sim::machine& machine) {
  auto receive = [](home& self, sim::machine& there) -> task<wire::messages::hand> {
    auto listener = there.runtime().listen({there.address(), port}).value();
    self->connect({there.address(), port}, {});
    auto stream = co_await listener->accept();
    scripted_peer peer{there.runtime(), std::move(*stream)};
    co_return co_await peer.expect<wire::messages::hand>();
  };
  return on.world.run(receive(on, machine));
}

}  // namespace

TEST_CASE("the address that enough inbound peers have dialed is known, and told to nobody") {
  home on;
  on.world.run_for(1s);
  on.greet(limits::min_address_votes - 1, dialed);
  CHECK_FALSE(on.status().v4.observed);
  CHECK(on.status().v4.votes == limits::min_address_votes - 1);
  on.greet(1, dialed);
  CHECK(on.status().v4.observed == ours);
  CHECK_FALSE(on.status().v6.observed);
  CHECK(on.advertised() == told_with(port));
  CHECK(peer::to_endpoint(hand_for(on, on.world.add_machine()).sender) == told_with(port));
  CHECK(on.lines == std::vector<std::string>{"this node is reachable: a peer on the Internet has connected to it",
                                             "peers reach this node at 82.4.5.7"});
  CHECK(on->statistics().reachability.address_votes == limits::min_address_votes);
  CHECK(on->statistics().reachability.inbound == limits::min_address_votes);
}

TEST_CASE("a peer is told the port of its family, and that is in the status") {
  home on{mapping_config()};
  on.greet(limits::min_address_votes, dialed);
  on.world.run_for(10s);
  CHECK(peer::to_endpoint(hand_for(on, on.world.add_machine()).sender) == told_with(40000));
  CHECK(on.status().v4.advertised == told_with(40000));
  CHECK(peer::to_endpoint(hand_for(on, on.world.add_machine(ip("2a01::5"))).sender) == told_with(port));
  CHECK(on.status().v6.advertised == told_with(port));
}

TEST_CASE("a node that listens at one address tells that to nobody") {
  node_config config = public_config();
  config.listen = io::endpoint{ip("192.168.1.2"), port};
  home on{std::move(config)};
  on.world.run_for(1s);
  const io::endpoint told{ip_address{}, port};
  CHECK(on.advertised() == told);
  CHECK(peer::to_endpoint(hand_for(on, on.world.add_machine()).sender) == told);
}

TEST_CASE("what is given to advertise is told to peers of both families") {
  node_config config = public_config();
  const io::endpoint given = at("81.2.3.77:1234");
  config.advertise = given;
  home on{std::move(config)};
  on.world.run_for(1s);
  CHECK(peer::to_endpoint(hand_for(on, on.world.add_machine()).sender) == given);
  CHECK(peer::to_endpoint(hand_for(on, on.world.add_machine(ip("2a01::5"))).sender) == given);
  CHECK(on.status().v6.advertised == given);
}

TEST_CASE("the status of a node behind a proxy says what it tells there, whatever it is to advertise") {
  node_config config = public_config();
  config.transport.rule = peer::transport_rule::proxy;
  config.transport.proxy = io::socks5_proxy{at("127.0.0.1:9050")};
  config.advertise = at("81.2.3.77:1234");
  const io::endpoint told{ip_address{}, config.chain.default_port};
  home on{std::move(config)};
  on.world.run_for(1s);
  CHECK(on.advertised() == told);
  CHECK(on.status().v6.advertised == told);
}

TEST_CASE("each family has an address of its own, by peers of that family") {
  home on;
  on.world.run_for(1s);
  for (std::uint8_t i = 0; i != limits::min_address_votes; ++i) {
    on.greet_from(on.world.add_machine(ip("2a0" + std::to_string(i + 1) + "::9")), at("[2a00:1::2]:1"));
    on.greet_from(on.world.add_machine(ip("2a0" + std::to_string(i + 1) + "::a")), dialed);  // which it cannot have
  }
  CHECK(on.status().v6.observed == ip("2a00:1::2"));
  CHECK(on.status().v6.votes == limits::min_address_votes);
  CHECK(on.status().v4.votes == 0);
  CHECK_FALSE(on.status().v4.observed);
}

TEST_CASE("liars of one netgroup have one vote, whatever their number") {
  home on;
  on.world.run_for(1s);
  for (std::uint32_t i = 1; i != 40; ++i) on.greet_from(on.world.add_machine(ip_address::v4(0x08080000 + i)), wrong);
  CHECK(on.status().v4.votes == 1);
  CHECK_FALSE(on.status().v4.observed);
  on.greet(limits::min_address_votes, dialed);
  CHECK(on.status().v4.observed == ours);
  for (std::uint32_t i = 100; i != 140; ++i) on.greet_from(on.world.add_machine(ip_address::v4(0x08080000 + i)), wrong);
  CHECK(on.status().v4.observed == ours);
}

TEST_CASE("liars must be more than those who tell the truth") {
  home on;
  on.world.run_for(1s);
  on.greet(5, dialed);
  on.greet(5, wrong);
  CHECK(on.status().v4.observed == ours);
  on.greet(1, dialed);
  on.greet(1, wrong);
  CHECK(on.status().v4.observed == ours);
  CHECK(on.lines_with("peers reach this node at") == 1);
}

TEST_CASE("addresses that no node on the Internet has, and peers that are not there, count for nothing") {
  home on;
  on.world.run_for(1s);
  for (const char* const each : {"0.0.0.0:1", "127.0.0.1:1", "192.168.1.2:1", "10.0.0.1:1", "100.64.0.1:1",
                                 "255.255.255.255:1", "224.0.0.1:1", "[::1]:1", "[fe80::1]:1", "[fd00::1]:1"}) {
    on.greet(limits::min_address_votes, at(each));
  }
  CHECK(on.status().v4.votes + on.status().v6.votes == 0);
  for (std::uint32_t i = 0; i != 10; ++i) {  // ten netgroups of a private network
    on.greet_from(on.world.add_machine(ip_address::v4(0x0a000001 + (i << 16))), dialed);
  }
  CHECK(on.status().v4.votes == 0);
  CHECK_FALSE(on.status().v4.observed);
}

TEST_CASE("what outbound peers and those of an onion service say is not asked") {
  node_config config = public_config();
  config.onion_listen = io::endpoint{ip_address::v4(0x7f000001), 3413};
  home on{std::move(config)};
  on.world.run_for(1s);
  auto join = [](home& self) -> task<void> {
    auto peer = co_await scripted_peer::dial(self.host.runtime(), {ip_address::v4(0x7f000001), 3413});
    auto hand = peer.good_hand();
    hand.receiver = peer::to_wire(dialed);
    static_cast<void>(co_await peer.greet(std::move(hand)));
  };
  on.world.run(join(on));
  auto listen = [](sim::machine& there) -> task<void> {
    auto listener = there.runtime().listen({there.address(), port}).value();
    auto stream = co_await listener->accept();
    scripted_peer peer{there.runtime(), std::move(*stream)};
    static_cast<void>(co_await peer.expect<wire::messages::hand>());
    co_await peer.send(peer.good_shake());
    static_cast<void>(co_await peer.receive(1s));
  };
  sim::machine& there = on.world.add_machine();
  there.spawn(listen(there));
  on->connect({there.address(), port}, {});
  on.world.run_for(5s);
  CHECK(on->statistics().connections.sessions == 2);
  CHECK(on->statistics().reachability.inbound == 0);
  CHECK(on.status().state == reachability_state::unknown);
  CHECK(on.status().v4.votes == 0);
}

TEST_CASE("what is given to advertise is not changed by what peers say") {
  node_config config = public_config();
  config.advertise = at("81.2.3.77:1234");
  home on{std::move(config)};
  on.world.run_for(1s);
  on.greet(10, dialed);
  CHECK(on.advertised() == at("81.2.3.77:1234"));
  CHECK(on.status().v4.observed == ours);
}

TEST_CASE("the own address is neither dialed, nor kept, nor sent to peers") {
  node_config config = public_config();
  config.connection_limits = {};
  home on{std::move(config)};
  on.world.run_for(1s);
  on.greet(limits::min_address_votes, dialed);
  const io::endpoint own{ours, port};
  REQUIRE(on.status().v4.observed == ours);
  bool is_dialed = false;
  on.world.trace([&is_dialed, to = " connects to " + to_string(own)](std::string_view line) {
    is_dialed = is_dialed || line.ends_with(to);
  });
  auto gossip = [](home& self, io::endpoint where) -> task<wire::messages::peer_addrs> {
    auto peer = co_await scripted_peer::dial(self.world.add_machine().runtime(), {self.host.address(), port});
    static_cast<void>(co_await peer.greet(peer.good_hand()));
    wire::messages::peer_addrs addresses;
    addresses.addresses = {peer::to_wire(where), peer::to_wire(at("82.4.5.9:23414"))};
    co_await peer.send(std::move(addresses));
    co_await peer.send(wire::messages::get_peer_addrs{{}});
    auto answer = co_await peer.expect<wire::messages::peer_addrs>();
    co_return answer;
  };
  const auto answer = on.world.run(gossip(on, own));
  on.world.run_for(1h);
  for (const peer::address_info& each : on->known_addresses()) CHECK(peer::to_endpoint(each.address) != own);
  CHECK(on->known_addresses().size() != 0);
  CHECK_FALSE(is_dialed);
  CHECK(std::ranges::find(answer.addresses, peer::to_wire(own)) == answer.addresses.end());
}

TEST_CASE("a node that nobody reaches says so, once, until somebody does") {
  home on;
  CHECK(on.status().state == reachability_state::unknown);
  on.world.run_for(limits::reachable_window - 1s);
  CHECK(on.status().state == reachability_state::unknown);
  CHECK(on.lines.empty());
  on.world.run_for(2min);
  CHECK(on.status().state == reachability_state::no);
  CHECK(on->statistics().reachability.state == reachability_state::no);
  on.world.run_for(24h);
  const std::string warning =
      "this node seems not to be reachable: no peer on the Internet has connected to it for 3 hours";
  CHECK(on.lines == std::vector{warning});
  CHECK(on.levels == std::vector{peer::log_level::warning});
  on.greet(1, dialed);
  CHECK(on.status().state == reachability_state::yes);
  CHECK(on.lines.size() == 2);
  on.world.run_for(limits::reachable_window - 1min);
  CHECK(on.status().state == reachability_state::yes);
  on.greet(1, dialed);
  on.world.run_for(limits::reachable_window - 1min);
  CHECK(on.status().state == reachability_state::yes);
  on.world.run_for(2min);
  CHECK(on.status().state == reachability_state::no);
  CHECK(on.lines_with(warning) == 2);
}

TEST_CASE("peers of a private network are no proof of being reachable") {
  home on;
  on.world.run_for(1s);
  on.greet_from(on.world.add_machine(ip("192.168.1.50")), at("192.168.1.2:23414"));
  CHECK(on->statistics().connections.sessions == 1);
  CHECK(on.status().state == reachability_state::unknown);
}

TEST_CASE("nodes that are not to be reached do not complain that they are not") {
  std::vector<node_config> hidden(4, public_config());
  hidden[0].chain.on_internet = false;
  hidden[1].connection_limits.inbound = 0;
  hidden[2].listen = io::endpoint{ip_address::v4(0x7f000001), port};
  hidden[3].transport.rule = peer::transport_rule::proxy;
  hidden[3].transport.proxy = io::socks5_proxy{at("127.0.0.1:9050")};
  for (const node_config& config : hidden) {
    home on{config};
    on.world.run_for(24h);
    CHECK(on.status().state == reachability_state::unknown);
    CHECK(on.lines.empty());
  }
}

}  // namespace reachability_reachability_test
