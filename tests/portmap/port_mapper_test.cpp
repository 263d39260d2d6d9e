// A port is kept mapped by gateways of all kinds, while they are away, restart or refuse, and withdrawn at the end.
#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/portmap/nat_pmp.hpp>
#include <pappus/portmap/port_mapper.hpp>

#include "home.hpp"

namespace portmap_port_mapper_test {

using namespace pappus;
using namespace pappus::portmap;
using namespace portmap_support;
using namespace std::chrono_literals;

TEST_CASE("a port is mapped, renewed after half of the lifetime that was granted, and withdrawn at the end") {
  for (const mapping_protocol protocol : both) {
    home at;
    speak(at, protocol);
    at.start();
    at.run_for(10s);
    CHECK(at.changes == changes{at.expected()});
    CHECK(at.mapper->external_endpoint() == at.expected());
    CHECK(at.mapper->protocol() == protocol);
    const io::time_point first_end = at.router->mappings.at(port).expires;
    at.run_for(29min);
    CHECK(at.router->mappings.at(port).expires == first_end);
    at.run_for(2min);
    CHECK(at.router->mappings.at(port).expires > first_end);
    at.run_for(10h);
    CHECK(at.router->mappings.at(port).expires > at.world.now());
    CHECK(at.changes.size() == 1);
    CHECK(at.errors.empty());
    at.stop();
    at.run_for(1s);
    CHECK(at.ended());
    CHECK(at.router->mappings.empty());
    CHECK(at.router->deletions == 1);
    CHECK(at.changes.size() == 1);
    CHECK_FALSE(at.mapper->external_endpoint());
  }
}

TEST_CASE("renewals have the nonce of the first request, suggest what was granted, and come from fresh ports") {
  home at;
  at.start();
  at.run_for(2h);
  std::vector<byte_vector> nonces;
  std::vector<std::uint16_t> ports;
  std::vector<std::uint64_t> suggested;
  for (const gateway::request& each : at.router->requests) {
    if (number(each.bytes, 1, 1) != 1) continue;
    nonces.emplace_back(each.bytes.begin() + 24, each.bytes.begin() + 36);
    ports.push_back(each.from.port);
    suggested.push_back(number(each.bytes, 42, 2));
  }
  REQUIRE(nonces.size() >= 4);
  CHECK(std::adjacent_find(nonces.begin(), nonces.end(), std::not_equal_to<>{}) == nonces.end());
  CHECK(std::adjacent_find(ports.begin(), ports.end()) == ports.end());
  CHECK(suggested.front() == port);
  CHECK(suggested.back() == 40000);
}

TEST_CASE("renewals by NAT-PMP suggest what was granted, and the withdrawal nothing") {
  home at;
  speak(at, mapping_protocol::nat_pmp);
  at.start();
  at.run_for(45min);
  at.stop();
  at.run_for(1s);
  std::vector<std::uint64_t> suggested;
  for (const gateway::request& each : at.router->requests) {
    if (each.bytes.size() == 12) suggested.push_back(number(each.bytes, 6, 2));
  }
  CHECK(suggested == std::vector<std::uint64_t>{port, 40000, 0});
}

TEST_CASE("a gateway of IPv6 is asked by PCP, and not by NAT-PMP") {
  home at{sim::link{1ms}, true};
  at.start();
  at.run_for(10s);
  CHECK(at.changes == changes{at.expected()});
  home mute{sim::link{1ms}, true};
  mute.router->silent = true;
  mute.start();
  mute.run_for(1h);
  CHECK(mute.errors.front() == mapping_errc::no_response);
  CHECK(mute.router->times_of(0).empty());
}

TEST_CASE("a gateway that does not even refuse PCP is asked by NAT-PMP in the end") {
  home at;
  at.router->silent_to_pcp = true;
  at.start();
  at.run_for(2min);
  CHECK(at.changes == changes{at.expected()});
  CHECK(at.mapper->protocol() == mapping_protocol::nat_pmp);
  CHECK(at.errors.empty());
}

TEST_CASE("requests without an answer are repeated at the times of the RFCs, and later again") {
  home at;
  at.router->silent = true;
  at.start();
  at.run_for(110s);
  const auto expect = [](const std::vector<io::time_point>& times, io::duration first, std::size_t count,
                         double share) {
    REQUIRE(times.size() == count);
    std::chrono::duration<double, io::duration::period> nominal = first;
    for (std::size_t i = 1; i != count; ++i, nominal *= 2) {
      const auto waited = times[i] - times[i - 1];
      CHECK(waited >= nominal * (1 - share) - 1ns);
      CHECK(waited <= nominal * (1 + share) + 1ns);
    }
  };
  expect(at.router->times_of(2), 3s, 4, 0.1);
  expect(at.router->times_of(0), 250ms, 9, 0);
  at.run_for(100s);
  REQUIRE_FALSE(at.errors.empty());
  CHECK(at.errors.front() == mapping_errc::no_response);
  const std::size_t asked = at.router->requests.size();
  at.run_for(1h);
  CHECK(at.router->requests.size() > asked);
  CHECK(at.changes.empty());
  at.router->silent = false;
  at.run_for(1h);
  CHECK(at.changes == changes{at.expected()});
}

TEST_CASE("a gateway that is away, or has nothing at the port, is a failure with the system's reason") {
  home at;
  at.router_machine.crash(sim::crash::reset);
  at.start();
  at.run_for(1h);
  REQUIRE_FALSE(at.errors.empty());
  CHECK(at.errors.front() == std::errc::connection_refused);
  CHECK(at.changes.empty());
  at.stop();
  at.run_for(5s);
  CHECK(at.ended());
}

TEST_CASE("with a lossy link the port stays mapped") {
  for (const mapping_protocol protocol : both) {
    sim::link lossy{5ms, 5ms};
    lossy.datagram_loss = 300;
    home at{lossy};
    speak(at, protocol);
    at.start();
    at.run_for(20min);
    REQUIRE_FALSE(at.changes.empty());
    for (int i = 0; i != 100; ++i) {
      at.run_for(15min);
      CHECK(at.mapper->external_endpoint() == at.expected());
      CHECK(at.router->mappings.at(port).expires > at.world.now());
    }
    CHECK(at.changes.size() == 1);
  }
}

TEST_CASE("a restart of the gateway is noticed between renewals, and the port mapped again") {
  for (const mapping_protocol protocol : both) {
    home at;
    at.router->max_lifetime = 24 * 3600;
    speak(at, protocol);
    port_mapper_options options{at.router->where(), port};
    options.lifetime = 24h;
    at.start(options);
    at.run_for(1h);
    at.router->restart();
    at.router->external_port = 40001;
    at.router->external = address("203.0.113.10");
    at.run_for(6min);
    CHECK(at.router->mappings.size() == 1);
    CHECK(at.changes.back() == io::endpoint{address("203.0.113.10"), 40001});
    CHECK(at.changes.size() == 2);
    const std::size_t asked = at.router->requests.size();
    at.run_for(6min);  // no more than a question for the epoch
    CHECK(at.router->requests.size() <= asked + 2);
  }
}

TEST_CASE("a new external address without a restart is noticed by NAT-PMP between renewals, by PCP at the next one") {
  for (const mapping_protocol protocol : both) {
    home at;
    speak(at, protocol);
    at.start();
    at.run_for(1min);
    at.router->external = address("203.0.113.10");
    at.run_for(protocol == mapping_protocol::pcp ? 31min : 6min);
    CHECK(at.changes.back() == io::endpoint{address("203.0.113.10"), 40000});
  }
}

TEST_CASE("a mapping that cannot be renewed is given up when it ends, and made again when that can be") {
  for (const mapping_protocol protocol : both) {
    home at;
    speak(at, protocol);
    at.start();
    at.run_for(1min);
    at.router->silent = true;
    at.run_for(57min);
    CHECK(at.changes.size() == 1);
    CHECK_FALSE(at.errors.empty());
    at.run_for(6min);
    REQUIRE(at.changes.size() == 2);
    CHECK_FALSE(at.changes.back());
    CHECK_FALSE(at.mapper->external_endpoint());
    at.router->silent = false;
    at.run_for(1h);
    CHECK(at.changes.size() == 3);
    CHECK(at.changes.back() == at.expected());
  }
}

TEST_CASE("times between attempts grow while there is no mapping, and begin again after one") {
  home at;
  const auto requests_in = [&at](io::duration length) {
    const std::size_t before = at.router->requests.size();
    at.run_for(length);
    return at.router->requests.size() - before;
  };
  at.router->pcp_result = 8;
  at.router->error_lifetime = 0;
  at.start();
  CHECK(requests_in(3min) >= 3);
  at.run_for(3h);
  CHECK(requests_in(1h) <= 4);
  at.router->pcp_result = 0;
  at.run_for(20min);
  REQUIRE(at.mapper->external_endpoint());
  at.router->pcp_result = 8;
  while (at.mapper->external_endpoint()) at.run_for(1s);
  CHECK(requests_in(3min) >= 3);
}

TEST_CASE("a gateway that speaks another protocol at a renewal than before is asked by that one") {
  home at;
  speak(at, mapping_protocol::pcp);
  at.start();
  at.run_for(1min);
  speak(at, mapping_protocol::nat_pmp);
  at.run_for(1h);
  CHECK(at.mapper->protocol() == mapping_protocol::nat_pmp);
  CHECK(at.changes == changes{at.expected()});  // it was not lost in between
  speak(at, mapping_protocol::pcp);
  at.run_for(4h);
  CHECK(at.mapper->protocol() == mapping_protocol::pcp);
  CHECK(at.mapper->external_endpoint() == at.expected());
}

TEST_CASE("errors of the gateway are reported by their names, and it is not asked again while they last") {
  for (int result = 2; result <= 14; ++result) {
    home at;
    at.router->pcp_result = static_cast<std::uint8_t>(result);
    at.router->error_lifetime = 1000;
    at.start();
    at.run_for(990s);
    REQUIRE(at.errors.size() == 1);
    CHECK(at.errors.front() == make_error_code(pcp::error_of(static_cast<std::uint8_t>(result))));
    CHECK(at.router->requests.size() == 1);
    at.router->pcp_result = 0;
    at.run_for(10min);
    CHECK(at.changes == changes{at.expected()});
  }
  for (int result = 2; result <= 6; ++result) {
    home at;
    speak(at, mapping_protocol::nat_pmp);
    at.router->nat_pmp_result = static_cast<std::uint16_t>(result);
    at.start();
    at.run_for(10s);
    REQUIRE(at.errors.size() == 1);
    CHECK(at.errors.front() == make_error_code(nat_pmp::error_of(static_cast<std::uint16_t>(result))));
  }
}

TEST_CASE("an error cannot last longer than half an hour, whatever the gateway says") {
  home at;
  at.router->pcp_result = 8;
  at.router->error_lifetime = 0xffffffff;
  at.start();
  at.run_for(1min);
  at.router->pcp_result = 0;
  at.run_for(31min);
  CHECK(at.changes == changes{at.expected()});
}

TEST_CASE("a gateway that does not speak PCP and does not answer NAT-PMP, or refuses it, too, is named") {
  home at;
  speak(at, mapping_protocol::nat_pmp);
  at.router->alter = [](const byte_vector& answer) {
    return number(answer, 2, 2) == 1 ? gateway::packets{answer} : gateway::packets{};
  };
  at.start();
  at.run_for(5min);
  REQUIRE_FALSE(at.errors.empty());
  CHECK(at.errors.front() == mapping_errc::unsupported_version);
}

TEST_CASE("a lifetime of seconds is renewed every four of them at most, and one of ages once in a day at least") {
  home brief;
  brief.router->max_lifetime = 1;
  brief.start();
  brief.run_for(100s);
  CHECK(brief.router->requests.size() <= 26);
  CHECK(brief.router->requests.size() >= 20);

  home endless;
  endless.router->alter = [](byte_vector answer) {
    if (answer.size() == 60) put(answer, 4, 4, 0xffffffff);
    return gateway::packets{answer};
  };
  endless.start();
  endless.run_for(13h);
  const auto maps = std::count_if(endless.router->requests.begin(), endless.router->requests.end(),
                                  [](const gateway::request& each) { return each.bytes.size() == 60; });
  CHECK(maps == 2);
}

TEST_CASE("a stop ends it within the time for the withdrawal, whatever the gateway does") {
  for (const io::duration after : {0ms, 1ms, 2ms, 10000ms, 60000ms}) {
    for (const bool silent : {false, true}) {
      home at;
      at.router->silent = silent;
      at.start();
      at.run_for(after);
      at.router->silent = silent;
      at.stop();
      at.run_for(5s);
      REQUIRE(at.ended());
      CHECK(*at.ended_at - at.stopped_at <= 4s);
      CHECK(at.router->mappings.empty());
    }
  }
  home later_silent;
  later_silent.start();
  later_silent.run_for(1min);
  later_silent.router->silent = true;
  later_silent.stop();
  later_silent.run_for(5s);
  REQUIRE(later_silent.ended());
  CHECK(*later_silent.ended_at - later_silent.stopped_at == 4s);
}

TEST_CASE("nothing is sent by one that is stopped before it begins") {
  home at;
  at.start();
  at.stop();
  at.run_for(1h);
  CHECK(at.ended());
  CHECK(at.router->requests.empty());
  CHECK(at.changes.empty());
  CHECK(at.errors.empty());
}

TEST_CASE("handlers may be left out") {
  home at;
  at.mapper = std::make_unique<port_mapper>(at.host.runtime(), port_mapper_options{at.router->where(), port},
                                            port_mapper_handlers{});
  at.host.spawn(at.mapper->run());
  at.run_for(1min);
  CHECK(at.mapper->external_endpoint() == at.expected());
  at.router->silent = true;
  at.run_for(3h);
  CHECK_FALSE(at.mapper->external_endpoint());
}

TEST_CASE("options out of range are refused") {
  home at;
  const auto refused = [&at](const auto& change) {
    port_mapper_options options{at.router->where(), port};
    change(options);
    CHECK_THROWS_AS((port_mapper{at.host.runtime(), options, {}}), std::invalid_argument);
  };
  refused([](port_mapper_options& each) { each.gateway.port = 0; });
  refused([](port_mapper_options& each) { each.gateway.address = {}; });
  refused([](port_mapper_options& each) { each.internal_port = 0; });
  refused([](port_mapper_options& each) { each.lifetime = 119s; });
  refused([](port_mapper_options& each) { each.lifetime = 86401s; });
  refused([](port_mapper_options& each) { each.check_interval = 0s; });
  refused([](port_mapper_options& each) { each.withdraw_timeout = 0s; });
}

}  // namespace portmap_port_mapper_test
