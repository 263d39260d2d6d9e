// Connection limits of a process with few file descriptors.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <support/simulated_node.hpp>

#include <pappus/peer/connections/connection_limits.hpp>
#include <pappus/peer/connections/limits.hpp>

namespace connections_connection_limits_test {

using namespace pappus;
using peer::connection_limits;

TEST_CASE("limits are as configured while there are descriptors for them") {
  const connection_limits wanted;
  CHECK(peer::within_descriptors(wanted, wanted.total() + peer::limits::reserved_descriptors) == wanted);
  CHECK(peer::within_descriptors(wanted, SIZE_MAX) == wanted);
  connection_limits none;
  none.outbound = none.inbound = none.handshakes = 0;
  CHECK(peer::within_descriptors(none, 0) == none);
}

TEST_CASE("limits never exceed the descriptors, and leave some for each use") {
  const connection_limits wanted;
  for (std::size_t max = 0; max != 1000; ++max) {
    CAPTURE(max);
    const connection_limits fit = peer::within_descriptors(wanted, max);
    CHECK(fit.outbound <= wanted.outbound);
    CHECK(fit.inbound <= wanted.inbound);
    CHECK(fit.listener_buffer <= wanted.listener_buffer);
    CHECK(fit.handshakes <= wanted.handshakes);
    CHECK(fit.outbound >= 1);
    CHECK(fit.handshakes >= 1);
    if (max >= peer::limits::reserved_descriptors + 2) CHECK(fit.total() + peer::limits::reserved_descriptors <= max);
    if (max >= peer::limits::reserved_descriptors + 64) {
      CHECK(fit.outbound == wanted.outbound);
      CHECK(fit.inbound >= 32);
    }
  }
}

TEST_CASE("a node keeps to the limit of its process, and logs it") {
  sim::world world{1};
  sim::machine& at = world.add_machine();
  at.set_descriptor_limit(100);
  std::vector<std::string> warnings;
  integration::adapter adapter;
  adapter.log = [&warnings](const peer::log_line& line) {
    if (line.level == peer::log_level::warning) warnings.push_back(line.text);
  };
  support::simulated_node mine{at, support::simulated_config(), adapter};
  world.run_for(std::chrono::seconds{1});
  CHECK(mine->config().connection_limits.total() <= 100 - peer::limits::reserved_descriptors);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].find("100") != std::string::npos);
}

}  // namespace connections_connection_limits_test
