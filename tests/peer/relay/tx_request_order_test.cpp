// The order in which peers are asked for a transaction.
#include <array>
#include <chrono>
#include <cstdint>

#include <doctest/doctest.h>

#include <pappus/peer/relay/limits.hpp>

#include "peer/relay/tracker_bench.hpp"

namespace relay_tx_request_order_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace tx_requests;

namespace limits = peer::limits;

TEST_CASE("outbound peers are asked before all others, also after unanswered requests") {
  tracker_bench at;
  at.announce(outbound(1), kernel(1));
  at.pass(limits::tx_request_timeout);
  CHECK(at.tracker.statistics().unresponsive_accounts == 1);
  for (std::uint64_t number = 2; number != 12; ++number) {
    for (std::uint64_t id = 2; id != 30; ++id) at.tracker.announced(at.now, inbound(id), kernel(number));
    at.tracker.announced(at.now, outbound(1), kernel(number));
    at.carry_out();
    at.pass(limits::max_preferred_delay);
    CHECK(at.asked.back().peer == 1);
    at.settle(kernel(number));
  }
}

TEST_CASE("a request to an inbound peer delays that to an outbound one for a moment, not for its timeout") {
  tracker_bench at;
  at.announce(inbound(1), kernel(1));
  at.announce(inbound(2), kernel(1));
  at.pass(100ms);
  at.announce(outbound(3), kernel(1));
  CHECK(at.peers_asked() == peers{1});
  at.pass(limits::max_preferred_delay);
  CHECK(at.peers_asked() == peers{1, 3});
  // A later outbound peer is asked at once.
  tracker_bench late;
  late.announce(inbound(1), kernel(1));
  late.pass(limits::max_preferred_delay);
  late.announce(inbound(2), kernel(1));
  CHECK(late.peers_asked() == peers{1});
  late.announce(outbound(3), kernel(1));
  CHECK(late.peers_asked() == peers{1, 3});
}

TEST_CASE("among equal peers the choice is random for each transaction") {
  tracker_bench at;
  constexpr std::uint64_t equals = 10;
  std::array<int, equals + 1> first{};
  for (std::uint64_t number = 0; number != 2000; ++number) {
    for (std::uint64_t id = 1; id != equals + 1; ++id) at.tracker.announced(at.now, inbound(id), kernel(number));
    at.carry_out();
    ++first[at.asked.back().peer];
    at.settle(kernel(number));
  }
  // 200 each, with a deviation of 13.4.
  for (std::uint64_t id = 1; id != equals + 1; ++id) {
    CHECK(first[id] > 135);
    CHECK(first[id] < 265);
  }
}

}  // namespace relay_tx_request_order_test
