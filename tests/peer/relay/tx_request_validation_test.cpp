// Requested transactions that the adapter rejects, or validates late or not at all.
#include <chrono>
#include <cstdint>

#include <doctest/doctest.h>

#include <pappus/peer/relay/limits.hpp>

#include "peer/relay/tracker_bench.hpp"

namespace relay_tx_request_validation_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace tx_requests;

namespace limits = peer::limits;

TEST_CASE(
    "a rejected transaction is requested from the next peer at once, and the sender's score is that of an unanswered "
    "request") {
  tracker_bench at;
  at.announce(inbound(1), kernel(1));
  at.announce(inbound(2), kernel(1));
  at.announce(inbound(3), kernel(1));
  const std::uint64_t spoiler = at.asked.back().peer;
  CHECK(at.receive(spoiler, kernel(1)));
  CHECK(at.asked.size() == 1);
  at.reject(spoiler, kernel(1));
  CHECK(at.asked.size() == 3);  // twice as many
  CHECK(at.tracker.statistics().rejected == 1);
  CHECK(at.tracker.statistics().unresponsive_accounts == 1);
  CHECK_FALSE(at.receive(spoiler, kernel(1)));  // it is not requested from this peer again
  const std::uint64_t honest = at.asked.back().peer;
  CHECK(honest != spoiler);
  at.give(honest, kernel(1));
}

TEST_CASE("an adapter that validates late delays requests to others no longer than the timeout") {
  tracker_bench at;
  at.announce(inbound(1), kernel(1));
  at.announce(inbound(2), kernel(1));
  const std::uint64_t first = at.asked.back().peer;
  at.pass(limits::tx_request_timeout - 1ms);
  CHECK(at.receive(first, kernel(1)));
  at.pass(limits::tx_request_timeout - 1ms);
  CHECK(at.asked.size() == 1);
  at.pass(1ms);
  CHECK(at.asked.size() == 2);
  CHECK(at.tracker.statistics().unanswered == 0);
  CHECK(at.tracker.statistics().unresponsive_accounts == 0);
}

TEST_CASE("without a validation result others are asked, without blame for the sender") {
  tracker_bench at;
  at.announce(inbound(1), kernel(1));
  at.announce(inbound(2), kernel(1));
  const std::uint64_t first = at.asked.back().peer;
  CHECK(at.receive(first, kernel(1)));
  at.tracker.not_validated(at.now, first, kernel(1));
  at.carry_out();
  CHECK(at.asked.size() == 2);
  CHECK(at.tracker.statistics().unresponsive_accounts == 0);
}

}  // namespace relay_tx_request_validation_test
