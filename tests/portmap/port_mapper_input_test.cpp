// Nothing that arrives from a gateway or a stranger does harm to a port that is kept mapped.
#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/portmap/nat_pmp.hpp>

#include "home.hpp"

namespace portmap_port_mapper_input_test {

using namespace pappus;
using namespace pappus::portmap;
using namespace portmap_support;
using namespace std::chrono_literals;

/// Packets that are no answers to what was asked, each made of one that is.
gateway::packets lies_of(byte_vector answer) {
  gateway::packets lies;
  const auto changed = [&](std::size_t at, std::size_t size, std::uint64_t value) {
    lies.push_back(answer);
    put(lies.back(), at, size, value);
  };
  const bool is_pcp = number(answer, 0, 1) == 2;
  const bool is_map = answer.size() == (is_pcp ? 60U : 16U);
  if (is_map) put(answer, is_pcp ? 42 : 10, 2, 6666);  // so that one that is believed is seen
  lies.emplace_back();
  lies.emplace_back(3);
  lies.emplace_back(answer.begin(), answer.end() - 4);
  lies.push_back(answer + byte_vector(3));
  lies.push_back(answer + byte_vector(1200));
  lies.push_back(answer + packet("ff00ffff"));
  changed(0, 1, 77);
  changed(1, 1, number(answer, 1, 1) & 0x7f);
  changed(1, 1, number(answer, 1, 1) ^ 4);
  if (is_pcp && is_map) {
    changed(4, 4, 0);          // for no time
    changed(24, 12, 0);        // another nonce
    changed(36, 1, 17);        // of UDP
    changed(40, 2, port + 1);  // another port
    changed(42, 2, 0);         // at no port
    changed(44, 16, 0);        // at no address
    changed(44, 1, 0xff);      // at a multicast address
    changed(3, 1, 8);
    put(lies.back(), 24, 12, 1);  // an error of another one
  } else if (is_map) {
    changed(8, 2, port + 1);
    changed(10, 2, 0);
    changed(12, 4, 0);
  } else if (!is_pcp) {
    changed(8, 4, 0);
    changed(8, 4, 0xe0000001);
  }
  return lies;
}

TEST_CASE("answers that are short, long, malformed, impossible or to other requests change nothing") {
  for (const mapping_protocol protocol : both) {
    home at;
    speak(at, protocol);
    const auto is_refusal = [](const byte_vector& answer) { return answer.size() == 8; };
    at.router->alter = [&](const byte_vector& answer) {
      if (is_refusal(answer)) return gateway::packets{answer};
      gateway::packets sent = lies_of(answer);
      sent.push_back(answer);
      return sent;
    };
    at.start();
    at.run_for(5h);
    CHECK(at.changes == changes{at.expected()});
    CHECK(at.errors.empty());
    at.router->alter = [&](const byte_vector& answer) {
      return is_refusal(answer) ? gateway::packets{answer} : lies_of(answer);
    };
    at.run_for(5h);
    REQUIRE(at.changes.size() == 2);
    CHECK_FALSE(at.changes.back());
    REQUIRE_FALSE(at.errors.empty());
    const std::error_code expected = protocol == mapping_protocol::pcp
                                         ? make_error_code(mapping_errc::no_response)
                                         : make_error_code(mapping_errc::unsupported_version);
    CHECK(at.errors.back() == expected);
  }
}

TEST_CASE("packets of strangers change nothing, though they are what the gateway would have sent") {
  home at;
  sim::machine& stranger = at.world.add_machine(address("192.168.1.66"));
  auto opened = stranger.runtime().open_datagram_socket({}, std::nullopt);
  REQUIRE(opened);
  auto other_port = at.router_machine.runtime().open_datagram_socket({}, std::nullopt);
  REQUIRE(other_port);
  at.router->alter = [&](const byte_vector& answer) {
    const io::endpoint client = at.router->requests.back().from;
    CHECK((*opened)->send_to(answer, client));
    CHECK((*other_port)->send_to(answer, client));
    return gateway::packets{};
  };
  at.start();
  at.run_for(1h);
  CHECK(at.changes.empty());
  CHECK(at.errors.front() == mapping_errc::no_response);
}

TEST_CASE("a gateway that floods the host with packets, and errors now and then, does not keep it from its end") {
  home at;
  int answers = 0;
  at.router->alter = [&answers](const byte_vector& answer) {
    gateway::packets sent(100, packet("0102030405"));
    sent.push_back(answer);
    if (++answers % 3 == 1) put(sent.back(), 3, 1, 7);
    return sent;
  };
  at.start();
  at.run_for(24h);
  CHECK(at.mapper->external_endpoint() == at.expected());
  CHECK(std::count(at.errors.begin(), at.errors.end(), make_error_code(mapping_errc::network_failure)) > 0);
  at.stop();
  at.run_for(5s);
  CHECK(at.ended());
}

}  // namespace portmap_port_mapper_input_test
