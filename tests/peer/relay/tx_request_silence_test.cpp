// Peers that do not answer transaction requests are asked later.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include <doctest/doctest.h>

#include <pappus/io/random.hpp>
#include <pappus/peer/relay/limits.hpp>
#include <pappus/sim/random.hpp>

#include "peer/relay/tracker_bench.hpp"

namespace relay_tx_request_silence_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace tx_requests;
using peer::announcer;

namespace limits = peer::limits;

TEST_CASE("100 silent inbound peers do not keep an outbound one from being asked for more than two seconds") {
  for (std::uint64_t seed = 1; seed != 301; ++seed) {
    tracker_bench at{seed};
    at.checks = seed < 3;
    sim::xoshiro256 rng{seed};
    for (std::uint64_t id = 1; id != 101; ++id) {
      at.announce(inbound(id), kernel(1));
      at.pass(std::chrono::milliseconds{io::uniform_below(rng, 100)});
    }
    at.announce(outbound(200), kernel(1));
    const io::time_point since = at.now;
    at.pass(2s);
    const bool was_asked = std::ranges::find(at.asked, 200, &tracker_bench::request::peer) != at.asked.end();
    CHECK(was_asked);
    CHECK(since.time_since_epoch() > 1s);
  }
}

TEST_CASE("one honest inbound peer among 100 silent ones is asked within 30 seconds") {
  constexpr std::uint64_t seeds = 300;
  std::uint64_t in_time = 0;
  double sum = 0;
  double longest = 0;
  for (std::uint64_t seed = 1; seed != seeds + 1; ++seed) {
    tracker_bench at{seed};
    at.checks = seed < 3;
    at.wait = 1s;  // as with full send queues
    for (std::uint64_t id = 1; id != 101; ++id) at.announce(inbound(id), kernel(1));
    at.announce(inbound(200), kernel(1));
    at.pass(1min);
    const double when = at.asked_at(200);
    sum += when;
    longest = std::max(longest, when);
    in_time += when <= 30 ? 1 : 0;
  }
  MESSAGE("asked after " << sum / seeds << " s on average, " << longest << " s at most");
  CHECK(in_time >= seeds * 99 / 100);
}

TEST_CASE("a peer that did not answer is asked after all others from then on, even if it announces first") {
  tracker_bench at;
  at.checks = false;
  for (std::uint64_t id = 1; id != 101; ++id) at.announce(inbound(id), kernel(1));
  at.pass(1min);
  CHECK(at.asked.size() == 100);
  at.asked.clear();
  for (std::uint64_t number = 2; number != 100; ++number) {
    for (std::uint64_t id = 1; id != 101; ++id) at.announce(inbound(id), kernel(number));
    at.pass(100ms);
    at.announce(inbound(200), kernel(number));
    CHECK(at.asked.size() == number - 1);
    CHECK(at.asked.back().peer == 200);
    at.give(200, kernel(number));
  }
  // They are asked a bit later if no other peer has it.
  at.announce(inbound(1), kernel(1'000));
  at.pass(10 * limits::silence_delay);
  CHECK(at.asked.back().peer == 1);
}

TEST_CASE("unanswered requests are forgotten in the end") {
  tracker_bench at;
  at.announce(inbound(1), kernel(0));
  at.pass(1h);
  std::size_t first = 0;
  for (std::uint64_t number = 1; number != 41; ++number) {
    at.tracker.announced(at.now, inbound(1), kernel(number));
    at.tracker.announced(at.now, inbound(2), kernel(number));
    at.carry_out();
    first += at.asked.back().peer == 1 ? 1 : 0;
    at.settle(kernel(number));
  }
  CHECK(first > 8);
  CHECK(first < 32);
}

TEST_CASE("unanswered requests count for the account: they outlive the session, and are shared by its sessions") {
  tracker_bench at;
  at.announce(inbound(1), kernel(1));
  at.pass(limits::tx_request_timeout);
  at.leave(1);
  announcer again = inbound(1);
  again.peer = 50;
  for (std::uint64_t number = 2; number != 12; ++number) {
    at.tracker.announced(at.now, again, kernel(number));
    at.tracker.announced(at.now, inbound(2), kernel(number));
    at.carry_out();
    CHECK(at.asked.back().peer == 2);
    at.settle(kernel(number));
  }
}

TEST_CASE("a late response is accepted, and still counts as unanswered") {
  tracker_bench at;
  at.announce(inbound(1), kernel(1));
  at.pass(limits::tx_request_timeout + 1s);
  CHECK(at.tracker.statistics().unanswered == 1);
  at.announce(inbound(2), kernel(1));
  CHECK(at.asked.size() == 2);
  at.give(1, kernel(1));
  CHECK(at.tracker.statistics().late == 1);
  CHECK(at.tracker.statistics().unresponsive_accounts == 1);
  CHECK_FALSE(at.receive(2, kernel(1)));
}

TEST_CASE(
    "a peer that disconnects without a response has the same score as after a timeout, and the next is asked at once") {
  tracker_bench at;
  for (std::uint64_t id = 1; id != 65; ++id) at.announce(inbound(id), kernel(1));
  std::size_t left = 0;
  while (left != at.asked.size()) {
    at.pass(limits::tx_request_timeout - 100ms);
    const std::size_t round = at.asked.size();
    for (; left != round; ++left) at.leave(at.asked[left].peer);
  }
  CHECK(left == 64);
  CHECK(at.now.time_since_epoch() < 7 * limits::tx_request_timeout);
  CHECK(at.tracker.statistics().unresponsive_accounts == 64);
  CHECK(at.tracker.statistics().announcements == 0);
}

}  // namespace relay_tx_request_silence_test
