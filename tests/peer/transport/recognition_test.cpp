// What a node lets others find out about which addresses are its own.
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include <doctest/doctest.h>
#include <support/scripted_peer.hpp>
#include <support/simulated_node.hpp>
#include <support/socks_proxy.hpp>

#include <pappus/peer/transport/host_names.hpp>

namespace transport_recognition_test {

using namespace pappus;
using namespace std::chrono_literals;

namespace {

/// Whether the node answers the Hand.
task<bool> greets(sim::machine& at, io::endpoint to, std::optional<std::uint64_t> nonce = std::nullopt) {
  auto dialed = co_await support::scripted_peer::dial(at.runtime(), to);
  wire::messages::hand ours = dialed.good_hand();
  if (nonce) ours.nonce = *nonce;
  co_await dialed.send(std::move(ours));
  const auto answer = co_await dialed.receive(5s);
  co_return answer.has_value();
}

}  // namespace

TEST_CASE("the nonce of a Hand that went through a proxy is recognized at no listener") {
  sim::world world{1};
  const support::socks_proxy proxy{world.add_machine()};
  sim::machine& spy = world.add_machine();
  sim::machine& here = world.add_machine();
  node_config config = support::simulated_config();
  config.transport.rule = peer::transport_rule::proxy;
  config.transport.proxy = proxy.settings();
  config.onion_listen = io::endpoint{ip_address::v4(0x7f000001), 3413};
  config.preferred_peers = {{spy.address(), support::port}};
  std::optional<support::simulated_node> node;
  const auto attack = [&](io::endpoint onion) -> task<void> {
    auto listener = spy.runtime().listen({{}, support::port}).value();
    node.emplace(here, std::move(config));
    auto accepted = co_await listener->accept();
    support::scripted_peer dialed{spy.runtime(), std::move(*accepted)};
    const auto theirs = co_await dialed.expect<wire::messages::hand>();
    const bool by_onion = co_await greets(here, onion, theirs.nonce);
    CHECK(by_onion);
    const bool directly = co_await greets(spy, node->endpoint(), theirs.nonce);
    CHECK(directly);
  };
  world.run(attack({ip_address::v4(0x7f000001), 3413}));
}

TEST_CASE("a peer that connects from an address that stands for a name is refused") {
  sim::world world{1};
  sim::machine& here = world.add_machine(ip_address::parse("2001:db8::1").value());
  node_config config = support::simulated_config();
  const std::string onion = std::string(56, 'c') + ".onion";
  config.transport.onion_proxy = io::socks5_proxy{{ip_address::v4(0x0a0000fe), 9050}};
  config.preferred_hosts = {{onion, support::port}};
  support::simulated_node node{here, std::move(config)};
  world.run_for(2s);
  peer::host_names names;
  sim::machine& liar = world.add_machine(names.add(onion));
  CHECK_FALSE(world.run(greets(liar, node.endpoint())));
  CHECK(world.run(greets(world.add_machine(ip_address::parse("2001:db8:1::1").value()), node.endpoint())));
}

}  // namespace transport_recognition_test
