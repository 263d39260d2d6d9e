// Transaction requests: one peer at a time, more after each timeout, within limits.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/io/random.hpp>
#include <pappus/peer/relay/limits.hpp>
#include <pappus/sim/random.hpp>

#include "peer/relay/tracker_bench.hpp"

namespace relay_tx_request_tracker_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace tx_requests;

namespace limits = peer::limits;

TEST_CASE("one peer is asked at a time, and none after the transaction is settled") {
  tracker_bench at;
  at.announce(inbound(1), kernel(1));
  at.announce(inbound(2), kernel(1));
  at.announce(inbound(1), kernel(1));
  CHECK(at.peers_asked() == peers{1});
  CHECK(at.tracker.is_open(kernel(1)));
  at.pass(limits::tx_request_timeout - 1ms);
  at.give(1, kernel(1));
  CHECK_FALSE(at.tracker.is_open(kernel(1)));
  at.pass(1h);
  CHECK(at.peers_asked() == peers{1});
  CHECK(at.tracker.statistics().announcements == 0);
  CHECK(at.tracker.statistics().unanswered == 0);
  CHECK(at.tracker.statistics().unresponsive_accounts == 0);
}

TEST_CASE("after each timeout twice as many peers are asked at once, up to a limit") {
  tracker_bench at;
  for (std::uint64_t id = 1; id != 140; ++id) at.announce(inbound(id), kernel(1));
  at.pass(1min);
  CHECK(at.rounds() == std::vector<std::size_t>{1, 2, 4, 8, 16, 32, 32, 32, 12});
  const std::vector<std::uint64_t> all = at.peers_asked();
  CHECK(std::set(all.begin(), all.end()).size() == 139);
  CHECK(at.asked_at(all.back()) ==
        doctest::Approx(8 * std::chrono::duration<double>{limits::tx_request_timeout}.count()));
  CHECK(at.tracker.statistics().unanswered == 139);
}

TEST_CASE("a peer has a limited number of open requests, and gets the others in the order of its announcements") {
  tracker_bench at;
  constexpr std::size_t many = limits::max_announcements_per_peer;
  for (std::uint64_t number = 0; number != many; ++number) at.announce(inbound(1), kernel(number));
  CHECK(at.asked.size() == limits::max_tx_requests_per_peer);
  CHECK(at.tracker.statistics().in_flight == limits::max_tx_requests_per_peer);
  for (std::uint64_t number = 0; number != many; ++number) {
    CHECK(at.asked[number].kernel == kernel(number));
    at.give(1, kernel(number));
  }
  CHECK(at.asked.size() == many);
  CHECK(at.tracker.statistics().dropped == 0);
}

TEST_CASE("while a better peer has the maximum of open requests, another one is asked") {
  tracker_bench at;
  for (std::uint64_t number = 0; number != limits::max_tx_requests_per_peer; ++number) {
    at.announce(outbound(1), kernel(100 + number));
  }
  at.announce(outbound(1), kernel(1));
  CHECK(at.asked.size() == limits::max_tx_requests_per_peer);
  at.announce(inbound(2), kernel(1));
  CHECK(at.asked.back().peer == 2);
}

TEST_CASE("announcements are limited by peer, so that no peer displaces those of another") {
  tracker_bench at;
  for (std::uint64_t id = 1; id != 101; ++id) {
    for (std::uint64_t number = 0; number != 20; ++number) at.tracker.announced(at.now, inbound(id), kernel(number));
  }
  at.carry_out();
  for (std::uint64_t number = 0; number != 10'000; ++number) {
    at.tracker.announced(at.now, inbound(1), kernel(1'000 + number));
  }
  at.carry_out();
  CHECK(at.tracker.statistics().announcements == 99 * 20 + limits::max_announcements_per_peer);
  CHECK(at.tracker.statistics().dropped == 10'000 + 20 - limits::max_announcements_per_peer);
  at.announce(inbound(200), kernel(1'000'000));
  CHECK(at.asked.back().peer == 200);
}

TEST_CASE("no peer is asked twice for a transaction, however often it announces, until the transaction is forgotten") {
  tracker_bench at;
  at.announce(inbound(1), kernel(1));
  at.announce(inbound(2), kernel(1));
  at.pass(3 * limits::tx_request_timeout);
  CHECK(at.asked.size() == 2);
  CHECK_FALSE(at.tracker.is_open(kernel(1)));
  at.announce(inbound(1), kernel(1));
  CHECK(at.asked.size() == 2);
  // Another peer is asked at once.
  at.announce(inbound(3), kernel(1));
  CHECK(at.asked.size() == 3);
  at.pass(limits::tx_request_timeout + limits::failed_request_lifetime);
  CHECK(at.tracker.statistics().announcements == 0);
  CHECK(at.tracker.statistics().undelivered == 3);
  at.announce(inbound(1), kernel(1));
  at.pass(10 * limits::silence_delay);
  CHECK(at.asked.size() == 4);
}

TEST_CASE("after any events the tracker is consistent, and no peer is left that could be asked") {
  for (std::uint64_t seed = 1; seed != 21; ++seed) {
    tracker_bench at{seed};
    sim::xoshiro256 rng{seed};
    const auto below = [&rng](std::uint64_t bound) { return io::uniform_below(rng, bound); };
    for (int step = 0; step != 1000; ++step) {
      const std::uint64_t id = 1 + below(12);
      const wire::hash what = kernel(below(seed % 2 == 0 ? 20 : 400));
      const auto from = id < 4 ? outbound(id) : inbound(id);
      switch (below(16)) {
        case 0: at.leave(id); break;
        case 1: at.settle(what); break;
        case 2: at.reject(id, what); break;
        case 3:
          at.tracker.not_validated(at.now, id, what);
          at.carry_out();
          break;
        case 4: at.pass(std::chrono::milliseconds{below(2000)}); break;
        case 5: at.pass(std::chrono::milliseconds{below(20)}); break;
        case 6:
        case 7: at.receive(id, what); break;
        case 8: at.wait = std::chrono::milliseconds{below(3000)}; break;
        default: at.announce(from, what); break;
      }
    }
    at.pass(5min);
    CHECK(at.tracker.statistics().announcements == 0);
    CHECK(at.tracker.statistics().in_flight == 0);
    CHECK(at.tracker.next_due() == io::never);
  }
}

}  // namespace relay_tx_request_tracker_test
