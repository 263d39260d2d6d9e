// The transaction request tracker does not allocate in its steady state.
#include <chrono>
#include <cstddef>
#include <cstdint>

#include <doctest/doctest.h>
#include <support/heap_watch.hpp>
#include <support/sanitizers.hpp>

#include "peer/relay/tracker_bench.hpp"

namespace relay_tx_request_tracker_allocations_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace tx_requests;

TEST_CASE("an announcement and its response do not allocate once the tables have grown" *
          doctest::skip(support::sanitized)) {
  tracker_bench at;
  const auto round = [&at](std::uint64_t number) {
    for (std::uint64_t id = 1; id != 9; ++id) at.tracker.announced(at.now, inbound(id), kernel(number));
    const auto next = at.tracker.next_request();
    at.tracker.requested(at.now, *next, 0s);
    at.tracker.received(at.now, next->peer, next->kernel);
    at.tracker.not_needed(at.now, next->kernel);
  };
  for (std::uint64_t number = 0; number != 10; ++number) round(number);
  const std::size_t before = support::heap::allocations;
  for (std::uint64_t number = 10; number != 1000; ++number) round(number);
  CHECK(support::heap::allocations == before);
}

}  // namespace relay_tx_request_tracker_allocations_test
