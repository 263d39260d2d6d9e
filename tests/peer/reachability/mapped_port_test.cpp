// A node keeps its port mapped by the default gateway, whatever that does.
#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/peer/reachability/limits.hpp>

#include "home.hpp"

namespace reachability_mapped_port_test {

using namespace reachability_support;
using portmap_support::byte_vector;
using portmap_support::number;
using portmap_support::put;
namespace limits = peer::limits;

namespace {

const io::endpoint external = at("81.2.3.9:40000");

/// The lines of the log of a level.
std::size_t lines_of(const home& of, peer::log_level level) {
  return static_cast<std::size_t>(std::ranges::count(of.levels, level));
}

}  // namespace

TEST_CASE("the port is mapped and advertised, renewed, and withdrawn at the end") {
  for (const bool speaks_pcp : {true, false}) {
    CAPTURE(speaks_pcp);
    home on{mapping_config()};
    on.router->speaks_pcp = speaks_pcp;
    on.world.run_for(10s);
    REQUIRE(on.status().v4.mapping);
    CHECK(on.status().v4.mapping->external == external);
    CHECK(on.status().v4.mapping->protocol ==
          (speaks_pcp ? portmap::mapping_protocol::pcp : portmap::mapping_protocol::nat_pmp));
    CHECK_FALSE(on.status().v6.mapping);
    CHECK(on.router->mappings.contains(port));
    CHECK(on.lines == std::vector<std::string>{"port 23414 is mapped by 192.168.1.1, at 81.2.3.9:40000"});
    CHECK(on->statistics().reachability.mapped_by_pcp == (speaks_pcp ? 1 : 0));
    CHECK(on->statistics().reachability.mapped_by_nat_pmp == (speaks_pcp ? 0 : 1));
    on.world.run_for(5h);
    CHECK(on.router->mappings.at(port).expires > on.world.now());
    CHECK(on->statistics().reachability.mappings == 1);
    CHECK(on->statistics().reachability.mapping_failures == 0);
    const io::time_point stopped_at = on.world.now();
    on.stop();
    on.world.run_for(10s);
    REQUIRE(on.ended_at);
    CHECK(on.router->mappings.empty());
    CHECK(on.router->deletions == 1);
    CHECK(*on.ended_at - stopped_at < 1s);
    CHECK(on.outcome->has_value());
  }
}

TEST_CASE("a mapping whose address is not on the Internet is told in the log, and its port advertised") {
  home on{mapping_config()};
  on.router->external = ip("100.64.0.5");
  on.world.run_for(10s);
  CHECK(on.says("at 100.64.0.5:40000, which is not on the Internet: there is another NAT"));
  CHECK(on.levels == std::vector{peer::log_level::warning});
  CHECK(on.advertised() == told_with(40000));
  CHECK(on.status().v6.advertised == told_with(port));
}

TEST_CASE("a port that another host has taken is mapped elsewhere, and moves if it must") {
  home on{mapping_config()};
  on.router->external_port = 50123;
  on.world.run_for(10s);
  CHECK(on.status().v4.mapping->external == at("81.2.3.9:50123"));
  CHECK(on.advertised() == told_with(50123));
  on.world.run_for(10min);
  on.router->restart();
  on.router->external_port = 50124;
  on.world.run_for(6min);
  CHECK(on.status().v4.mapping->external == at("81.2.3.9:50124"));
  CHECK(on.advertised() == told_with(50124));
  CHECK(on->statistics().reachability.mappings == 2);
}

TEST_CASE("a gateway that was restarted maps the port again") {
  home on{mapping_config()};
  on.world.run_for(10min);
  on.router->restart();
  CHECK(on.router->mappings.empty());
  on.world.run_for(6min);
  CHECK(on.router->mappings.contains(port));
  CHECK(on.advertised() == told_with(external.port));
  CHECK(on.lines.size() == 1);
}

TEST_CASE("a gateway that does not answer harms nothing, is told of once, and is asked again") {
  home on{mapping_config()};
  on.router->silent = true;
  on.world.run_for(6h);
  CHECK(on.lines_with("port 23414 is not mapped by 192.168.1.1: the gateway does not answer") == 1);
  CHECK(lines_of(on, peer::log_level::warning) == 2);  // and that nobody has connected
  CHECK(on->statistics().reachability.mapping_failures > 1);
  CHECK(on.advertised() == told_with(port));
  on.greet(1, at("81.2.3.9:40000"));
  on.router->silent = false;
  on.world.run_for(1h);
  CHECK(on.advertised() == told_with(external.port));
  on.router->silent = true;
  const io::time_point stopped_at = on.world.now();
  on.stop();
  on.world.run_for(10s);
  REQUIRE(on.ended_at);
  CHECK(*on.ended_at - stopped_at < peer::limits::shutdown_timeout);
  CHECK(on.outcome->has_value());
}

TEST_CASE("a node without time for an orderly end still asks the gateway to withdraw the port") {
  node_config config = mapping_config();
  config.shutdown_timeout = {};
  home on{std::move(config)};
  on.world.run_for(10s);
  on.stop();
  on.world.run_for(1s);
  REQUIRE(on.ended_at);
  CHECK(on.router->mappings.empty());
}

TEST_CASE("a gateway that refuses is told of by its reason, each time that it has another") {
  home on{mapping_config()};
  on.router->pcp_result = 2;
  on.world.run_for(10min);
  CHECK(on.says("port 23414 is not mapped by 192.168.1.1: the gateway does not allow the mapping"));
  CHECK(lines_of(on, peer::log_level::warning) == 1);
  on.router->pcp_result = 8;
  on.world.run_for(1h);
  CHECK(on.says("the gateway has no room for another mapping"));
  CHECK(lines_of(on, peer::log_level::warning) == 2);
}

TEST_CASE("without a default gateway nothing is sent, and it is told once") {
  home on{mapping_config(), false};
  std::size_t datagrams = 0;
  on.world.trace([&datagrams](std::string_view line) { datagrams += line.find(" datagram ") != line.npos ? 1U : 0U; });
  on.world.run_for(1h);
  CHECK(datagrams == 0);
  CHECK(on.lines_with("port 23414 is not mapped: no default gateway of IPv4 is known") == 1);
  CHECK(lines_of(on, peer::log_level::warning) == 1);
  CHECK(on->statistics().reachability.mapping_failures == 0);
}

TEST_CASE("the mapping follows the default gateway, and is withdrawn from the former one") {
  home on{mapping_config(), false};
  sim::machine& first = on.world.add_machine(ip("192.168.2.1"));
  sim::machine& second = on.world.add_machine(ip("192.168.3.1"));
  gateway one{first, ip("81.2.3.1")};
  gateway other{second, ip("81.2.3.2")};
  on.world.run_for(1min);
  on.host.set_default_gateways({first.address(), second.address()});
  on.world.run_for(limits::reachability_check_interval + 10s);
  CHECK(on.status().v4.mapping->external == at("81.2.3.1:40000"));
  CHECK(other.requests.empty());
  on.host.set_default_gateways({second.address()});
  on.world.run_for(limits::reachability_check_interval + 10s);
  CHECK(on.status().v4.mapping->external == at("81.2.3.2:40000"));
  CHECK(one.deletions == 1);
  on.host.set_default_gateways({});
  on.world.run_for(limits::reachability_check_interval + 10s);
  CHECK(other.deletions == 1);
  CHECK(on.advertised() == told_with(port));
  const std::vector<std::string> expected{"port 23414 is not mapped: no default gateway of IPv4 is known",
                                          "port 23414 is mapped by 192.168.2.1, at 81.2.3.1:40000",
                                          "port 23414 is not mapped by 192.168.2.1 any more",
                                          "port 23414 is mapped by 192.168.3.1, at 81.2.3.2:40000",
                                          "port 23414 is not mapped by 192.168.3.1 any more",
                                          "port 23414 is not mapped: no default gateway of IPv4 is known"};
  CHECK(on.lines == expected);
  first.runtime().request_stop();
  second.runtime().request_stop();
  on.world.run_for(0s);
}

TEST_CASE(
    "gateways that are no address of a machine, or of a family on which the node does not listen, are not asked") {
  node_config config = mapping_config();
  config.listen = at("192.168.1.2:23414");
  home on{std::move(config), false};
  std::size_t datagrams = 0;
  on.world.trace([&datagrams](std::string_view line) { datagrams += line.find(" datagram ") != line.npos ? 1U : 0U; });
  on.host.set_default_gateways({ip("0.0.0.0"), ip("224.0.0.1"), ip("2a00:1::1")});
  on.world.run_for(1h);
  CHECK(datagrams == 0);
  CHECK(on.lines_with("no default gateway of IPv4") == 1);
  CHECK_FALSE(on.says("IPv6"));
}

TEST_CASE("a gateway of IPv6 opens the port there, beside that of IPv4") {
  home on{mapping_config()};
  sim::machine& router_v6 = on.world.add_machine(ip("2a00:1::1"));
  gateway v6{router_v6, ip("2a00:1::2")};
  v6.external_port = port;
  on.host.set_default_gateways({on.router_machine.address(), router_v6.address()});
  on.world.run_for(2min);
  CHECK(on.status().v4.mapping->external == external);
  CHECK(on.status().v6.mapping->external == at("[2a00:1::2]:23414"));
  CHECK(on.status().v4.advertised == told_with(external.port));
  CHECK(on.status().v6.advertised == told_with(port));
  CHECK(on->statistics().reachability.mapped_by_pcp == 2);
  on.stop();
  on.world.run_for(10s);
  CHECK(v6.deletions == 1);
  CHECK(on.router->deletions == 1);
  router_v6.runtime().request_stop();
  on.world.run_for(0s);
}

TEST_CASE("a gateway that lies, and strangers that answer in its name, change nothing") {
  home on{mapping_config()};
  on.router->alter = [](byte_vector answer) {
    gateway::packets lies;
    if (answer.size() != 60) return lies;
    put(answer, 42, 2, 6666);
    for (std::size_t at_byte : {std::size_t{24}, std::size_t{41}}) {  // another's nonce, another's port
      lies.push_back(answer);
      lies.back()[at_byte] ^= std::byte{1};
    }
    lies.emplace_back(answer.begin(), answer.begin() + 24);
    lies.emplace_back(1100);
    return lies;
  };
  sim::machine& stranger = on.world.add_machine(ip("192.168.1.66"));
  auto flood = [](sim::machine& from, const io::endpoint& to) -> task<void> {
    auto socket = from.runtime().open_datagram_socket({from.address(), 5351}, std::nullopt).value();
    byte_vector answer(60);
    put(answer, 0, 1, 2);
    put(answer, 1, 1, 0x81);
    for (std::uint16_t each = 1024; each < 20000; each = static_cast<std::uint16_t>(each + 7)) {
      static_cast<void>(socket->send_to(answer, {to.address, each}));
    }
    co_return;
  };
  on.world.run_for(1s);
  on.world.run(flood(stranger, {on.host.address(), 0}));
  on.world.run_for(2h);
  CHECK_FALSE(on.status().v4.mapping);
  CHECK(on.advertised() == told_with(port));
  CHECK(lines_of(on, peer::log_level::warning) == 1);
  on.router->alter = nullptr;
  on.world.run_for(1h);
  CHECK(on.advertised() == told_with(external.port));
}

TEST_CASE("a gateway that changes its mind with each answer fills no log") {
  home on{mapping_config()};
  on.router->max_lifetime = 1;
  on.router->alter = [answers = std::uint16_t{0}](byte_vector answer) mutable {
    if (answer.size() == 60 && number(answer, 3, 1) == 0) put(answer, 42, 2, 2000U + ++answers);
    return gateway::packets{answer};
  };
  on.world.run_for(1h);
  CHECK(on->statistics().reachability.mappings > 500);
  CHECK(on.lines.size() < 20 + 360 + 2);  // a burst, and one in ten seconds
}

TEST_CASE("a node that does not ask for it sends its gateway nothing") {
  home on;
  on.world.run_for(1h);
  CHECK(on.router->requests.empty());
  CHECK(on.lines.empty());
}

TEST_CASE("what is given to advertise is advertised, whatever is mapped") {
  node_config config = mapping_config();
  config.advertise = at("82.4.5.1:5");
  home on{std::move(config)};
  on.world.run_for(10s);
  CHECK(on.status().v4.mapping);
  CHECK(on.advertised() == at("82.4.5.1:5"));
  CHECK(on.status().v6.advertised == at("82.4.5.1:5"));
}

}  // namespace reachability_mapped_port_test
