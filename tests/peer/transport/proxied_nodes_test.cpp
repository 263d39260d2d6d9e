// Nodes that reach their peers through a proxy.
#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/scripted_peer.hpp>
#include <support/socks_proxy.hpp>

#include <pappus/peer/address.hpp>
#include <pappus/peer/store/memory_store.hpp>
#include <pappus/statistics.hpp>

#include "peer/discovery/seeded_network.hpp"

namespace transport_proxied_nodes_test {

using namespace discovery;
using namespace std::chrono_literals;
using peer::transport_rule;
using peer::transport_type;

namespace {

const std::string onion = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion";

struct proxied : network {
  explicit proxied(std::size_t nodes) : network(nodes, network::with_seed()) {
    seeded(std::min<std::size_t>(nodes, 1));
    world.trace([this](std::string_view line) {
      const std::string who = to_string(here.address()) + ' ';
      const std::size_t at = line.find(who + "connects to ");
      if (line.find(who + "looks up ") != line.npos) looks_up = true;
      if (at != line.npos && line.substr(at + who.size() + 12) != to_string(proxy.endpoint())) goes_elsewhere = true;
      if (line.find(" datagram ") != line.npos) sends_datagrams = true;
    });
  }

  [[nodiscard]] node_config with(transport_rule rule) const {
    node_config config = network::with_seed();
    config.transport.rule = rule;
    config.transport.proxy = proxy.settings();
    if (rule == transport_rule::onion_only) config.seeds = {};  // the seed is none
    return config;
  }

  sim::machine& here = world.add_machine();
  support::socks_proxy proxy{world.add_machine()};
  bool looks_up = false;         // the node's machine
  bool goes_elsewhere = false;   // than to the proxy
  bool sends_datagrams = false;  // or anybody else does
};

}  // namespace

TEST_CASE("a node behind a proxy finds its peers without a look-up or a connection of its own") {
  proxied on{12};
  on.world.run_for(10min);  // the others find each other
  on.here.set_default_gateways({on.world.add_machine().address()});
  simulated_node node{on.here, on.with(transport_rule::proxy)};
  on.world.run_for(10min);
  CHECK(outbound(node) == peer::limits::max_outbound);
  for (const peer::peer_stats& each : node->peers()) CHECK(each.transport == transport_type::proxy);
  CHECK_FALSE(on.looks_up);
  CHECK_FALSE(on.goes_elsewhere);
  CHECK_FALSE(on.sends_datagrams);
  CHECK(on.proxy.requests.front().host == "seed.example");
}

TEST_CASE("a seed that a proxy looks up is left for others when it has named enough of them, and else stays a peer") {
  for (const std::size_t nodes : {std::size_t{24}, std::size_t{4}}) {
    CAPTURE(nodes);
    proxied on{nodes};
    on.world.run_for(10min);
    simulated_node node{on.here, on.with(transport_rule::proxy)};
    on.world.run_for(10min);
    const auto peers = node->peers();
    const auto is_named = [](const peer::peer_stats& each) { return each.endpoint.address.is_named(); };
    CHECK(std::ranges::any_of(peers, is_named) == (nodes == 4));
    CHECK(peers.size() >= std::min<std::size_t>(nodes - 1, peer::limits::max_outbound));
  }
}

TEST_CASE("an onion service is a peer to stay connected to, and may be named to connect to") {
  proxied on{2};
  on.proxy.services[onion] = on.others[0].endpoint();
  const std::string other = std::string(56, 'd') + ".onion";
  on.proxy.services[other] = on.others[1].endpoint();
  node_config config = on.with(transport_rule::onion_only);
  config.preferred_hosts = {{onion, support::port}};
  simulated_node node{on.here, std::move(config)};
  on.world.run_for(1min);
  REQUIRE(node->peers().size() == 1);
  const peer::peer_stats there = node->peers().front();
  CHECK(there.transport == transport_type::onion);
  CHECK(node->name_of(there.endpoint.address) == onion);
  std::optional<result<peer::peer_info>> connected;
  node->connect(peer::seed{other, support::port}, [&connected](auto outcome) { connected = std::move(outcome); });
  on.world.run_for(10s);
  REQUIRE(connected);
  REQUIRE(connected->has_value());
  CHECK((*connected)->transport == transport_type::onion);
  connected.reset();
  node->connect(on.others[1].endpoint(), [&connected](auto outcome) { connected = std::move(outcome); });
  on.world.run_for(10s);
  REQUIRE(connected);
  CHECK(connected->error() == make_error_code(peer::disconnect_reason::unreachable));
  CHECK_FALSE(on.looks_up);
  CHECK_FALSE(on.goes_elsewhere);
}

TEST_CASE("a proxy that is down is logged once, with its endpoint, and once more when it works again") {
  proxied on{1};
  on.proxy.services[onion] = on.others[0].endpoint();
  const io::endpoint proxy{on.world.add_machine().address(), 1080};  // no program listens there yet
  node_config config = on.with(transport_rule::onion_only);
  config.transport.proxy = io::socks5_proxy{proxy};
  config.preferred_hosts = {{onion, support::port}};
  std::vector<std::string> lines;
  integration::adapter adapter;
  adapter.log = [&lines](const peer::log_line& line) { lines.push_back(line.text); };
  simulated_node node{on.here, std::move(config), std::move(adapter)};
  on.world.run_for(1h);
  const auto count = [&lines](const std::string& text) {
    return std::ranges::count_if(lines, [&text](const std::string& each) { return each.find(text) != each.npos; });
  };
  const std::string name = "proxy at " + to_string(proxy);
  CHECK(count(name + " does not work: ") == 1);
  CHECK(count("cannot connect to " + onion + ':' + std::to_string(support::port) + ": unreachable: proxy ") > 1);
  CHECK(count("cannot be dialed here") == 0);
  CHECK(count("fd0f:") == 0);
  std::optional<result<peer::peer_info, peer::disconnect_info>> dialed;
  node->dial({onion, support::port}, [&dialed](auto outcome) { dialed = std::move(outcome); });
  on.world.run_for(10s);
  REQUIRE(dialed);
  CHECK(to_string(dialed->error()).starts_with("unreachable: proxy " + to_string(proxy) + ": "));
  support::socks_proxy later{*on.world.machines().back()};
  later.services[onion] = on.others[0].endpoint();
  on.world.run_for(1h);
  CHECK(node->peers().size() == 1);
  CHECK(count(name + " works again") == 1);
  CHECK(count(name + " does not work: ") == 1);
}

TEST_CASE("an onion service that was connected to is connected to again by later runs, and gossiped to no peer") {
  proxied on{3};
  on.proxy.services[onion] = on.others[0].endpoint();
  const auto records = std::make_shared<peer::memory_records>();
  node_config config = on.with(transport_rule::onion_only);
  config.seeds = {};
  config.custom_store = peer::memory_store::source(records);
  {
    simulated_node node{on.here, config};
    node->connect(peer::seed{onion, support::port}, {});
    on.world.run_for(1min);
    REQUIRE(node->peers().size() == 1);
    on.world.run_for(24h);  // address requests, samples of the book
    for (simulated_node& each : on.others) {
      for (const peer::address_info& known : each->known_addresses()) CHECK_FALSE(known.address.ip.is_named());
    }
  }
  for (int run = 0; run != 2; ++run) {
    on.here.restart();
    simulated_node node{on.here, config};
    on.world.run_for(10min);
    REQUIRE(node->peers().size() == 1);
    CHECK(node->peers().front().transport == transport_type::onion);
    CHECK(node->name_of(node->peers().front().endpoint.address) == onion);
  }
  CHECK_FALSE(on.goes_elsewhere);
  on.here.restart();
  config.transport.rule = transport_rule::direct;
  config.transport.proxy.reset();
  simulated_node without{on.here, config};
  on.world.run_for(10min);
  for (const peer::peer_stats& each : without->peers()) CHECK(each.transport == transport_type::direct);
  CHECK_FALSE(on.looks_up);
}

TEST_CASE("a preferred onion service is connected to again when its session has ended") {
  proxied on{1};
  on.proxy.services[onion] = on.others[0].endpoint();
  node_config config = on.with(transport_rule::onion_only);
  config.preferred_hosts = {{onion, support::port}};
  simulated_node node{on.here, std::move(config)};
  std::uint64_t last = 0;
  for (int times = 0; times != 3; ++times) {
    on.world.run_for(2min);
    REQUIRE(node->peers().size() == 1);
    CHECK(node->peers().front().id != last);
    last = node->peers().front().id;
    on.world.reset(on.here, *on.world.find(on.proxy.endpoint().address));
  }
}

TEST_CASE("a proxy that lets nothing through makes no address a failure, and its peers no misbehavior") {
  proxied on{12};
  on.world.run_for(10min);
  simulated_node node{on.here, on.with(transport_rule::proxy)};
  on.world.run_for(10min);
  REQUIRE(outbound(node) == peer::limits::max_outbound);
  on.proxy.refuses = true;
  on.world.reset(on.here, *on.world.find(on.proxy.endpoint().address));
  on.world.run_for(30min);
  CHECK(outbound(node) == 0);
  for (const peer::address_info& each : node->known_addresses()) CHECK(each.failures == 0);
  CHECK(node->statistics().dialer.network_down);
  CHECK(node->statistics().bans == 0);
  on.proxy.refuses = false;
  on.world.run_for(2min);
  CHECK(outbound(node) == peer::limits::max_outbound);
}

TEST_CASE("a proxy that says nothing makes no address a failure, though peers send bytes by it meanwhile") {
  proxied on{12};
  on.world.run_for(10min);
  simulated_node node{on.here, on.with(transport_rule::proxy)};
  on.world.run_for(10min);
  REQUIRE(outbound(node) == peer::limits::max_outbound);
  on.proxy.is_silent = true;
  node->disconnect(node->peers().front().id);
  on.world.run_for(30min);
  CHECK(outbound(node) == peer::limits::max_outbound - 1);
  for (const peer::address_info& each : node->known_addresses()) CHECK(each.failures == 0);
}

TEST_CASE("a peer behind a proxy is told nothing of where the node is") {
  proxied on{0};
  sim::machine& machine = on.world.add_machine();
  std::optional<wire::messages::hand> told;
  const auto listen = [](sim::machine& at, std::optional<wire::messages::hand>& got) -> task<void> {
    auto listener = at.runtime().listen({{}, support::port}).value();
    auto accepted = co_await listener->accept();
    if (!accepted) co_return;
    support::scripted_peer peer{at.runtime(), std::move(*accepted)};
    got = co_await peer.expect<wire::messages::hand>();
  };
  machine.spawn(listen(machine, told));
  on.proxy.services[onion] = {machine.address(), support::port};
  node_config config = on.with(transport_rule::proxy);
  config.preferred_hosts = {{onion, support::port}};
  const io::endpoint anything{{}, config.chain.default_port};
  simulated_node node{on.here, std::move(config)};
  on.world.run_for(30s);
  REQUIRE(told);
  CHECK(peer::to_endpoint(told->sender) == anything);
  CHECK(told->receiver.ip == ip_address{});
}

}  // namespace transport_proxied_nodes_test
