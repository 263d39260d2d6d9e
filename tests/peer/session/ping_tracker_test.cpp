// Which pings are pending, how long their pongs took, and when the node may send one.
#include <chrono>

#include <doctest/doctest.h>

#include <pappus/peer/session/limits.hpp>
#include <pappus/peer/session/ping_tracker.hpp>

namespace session_ping_tracker_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::ping_tracker;

namespace {

constexpr io::time_point start{1h};

}  // namespace

TEST_CASE("the best round trip is the shortest one") {
  ping_tracker pings{start};
  CHECK_FALSE(pings.best_round_trip());
  pings.pong_received(start);  // to no ping
  CHECK_FALSE(pings.best_round_trip());

  pings.ping_sent(start);
  CHECK(pings.awaits_pong());
  pings.pong_received(start + 300ms);
  CHECK_FALSE(pings.awaits_pong());
  CHECK(pings.best_round_trip() == 300ms);
  pings.ping_sent(start + 10s);
  pings.pong_received(start + 10s + 100ms);
  CHECK(pings.best_round_trip() == 100ms);
  pings.ping_sent(start + 20s);
  pings.pong_received(start + 20s + 200ms);
  CHECK(pings.best_round_trip() == 100ms);
}

TEST_CASE("the time for a pong begins with the oldest ping without one") {
  ping_tracker pings{start};
  CHECK_FALSE(pings.has_timed_out(start + 1h));
  pings.ping_sent(start);
  pings.ping_sent(start + 10s);
  CHECK_FALSE(pings.has_timed_out(start + peer::limits::ping_timeout - 1ns));
  CHECK(pings.has_timed_out(start + peer::limits::ping_timeout));

  pings.forget_pending();
  CHECK_FALSE(pings.awaits_pong());
  CHECK_FALSE(pings.has_timed_out(start + 1h));
  pings.pong_received(start + 1h);  // to a ping that is forgotten
  CHECK_FALSE(pings.best_round_trip());
}

TEST_CASE("pings are suppressed until each suppression is lifted, but not for long") {
  ping_tracker pings{start};
  CHECK(pings.may_send(start));
  pings.suppress(true);
  pings.suppress(true);
  pings.suppress(false);
  CHECK_FALSE(pings.may_send(start));
  CHECK(pings.may_send(start + peer::limits::max_ping_suppression));
  pings.ping_sent(start + 50s);
  CHECK_FALSE(pings.may_send(start + 60s));
  pings.suppress(false);
  CHECK(pings.may_send(start + 60s));
}

TEST_CASE("it knows when the peer last sent a ping") {
  ping_tracker pings{start};
  CHECK(pings.last_received_at() == io::time_point{});
  pings.ping_received(start + 5s);
  CHECK(pings.last_received_at() == start + 5s);
}

}  // namespace session_ping_tracker_test
