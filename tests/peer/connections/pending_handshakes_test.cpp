// Handshakes in progress, and which one is stopped when there are too many.
#include <deque>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <support/addresses.hpp>

#include <pappus/peer/connections/pending_handshakes.hpp>

namespace connections_pending_handshakes_test {

using namespace pappus;
using peer::handshake_kind;
using peer::pending_handshakes;
using support::ip;

namespace {

/// Handshakes with a limit of four, and the connections that came.
struct fixture {
  pending_handshakes::entry& come(const char* from, handshake_kind kind = handshake_kind::hand) {
    return entries.emplace_back(waiting, kind, ip(from), max_of_address, coro::stop_token{});
  }

  /// The connections that were stopped, by their number.
  [[nodiscard]] std::vector<std::size_t> sent_away() const {
    std::vector<std::size_t> gone;
    for (std::size_t i = 0; i != entries.size(); ++i) {
      if (entries[i].displaced()) gone.push_back(i);
    }
    return gone;
  }

  pending_handshakes waiting{4};
  std::size_t max_of_address = 4;
  std::deque<pending_handshakes::entry> entries;
};

using numbers = std::vector<std::size_t>;

}  // namespace

TEST_CASE("below the limit no handshake is stopped") {
  fixture on;
  for (const char* from : {"1.1.1.1", "1.1.1.2", "1.1.1.3", "1.1.1.4"}) on.come(from);
  CHECK(on.sent_away() == numbers{});
  CHECK(on.waiting.size() == 4);
}

TEST_CASE("a handshake over the limit stops the oldest of the largest /24") {
  fixture on;
  on.come("9.9.9.9");
  auto& oldest_of_three = on.come("1.1.1.1");
  on.come("1.1.1.2");
  on.come("1.1.1.200");
  CHECK_FALSE(oldest_of_three.token().stop_requested());
  on.come("5.5.5.5");
  CHECK(on.sent_away() == numbers{1});
  CHECK(oldest_of_three.token().stop_requested());
  CHECK(on.waiting.size() == 4);
  on.come("6.6.6.6");
  CHECK(on.sent_away() == numbers{1, 2});
}

TEST_CASE("many connections from one network do not stop those of others") {
  fixture on;
  on.come("9.9.9.9");
  for (int i = 1; i != 100; ++i) on.come(("1.1.1." + std::to_string(i)).c_str());
  CHECK_FALSE(on.entries.front().displaced());
  CHECK(on.sent_away().size() == 96);
}

TEST_CASE("of an address with as many handshakes as it may have the oldest is stopped") {
  fixture on;
  on.max_of_address = 2;
  on.come("9.9.9.9");
  on.come("1.1.1.1");
  on.come("1.1.1.1");
  CHECK(on.sent_away() == numbers{});
  on.come("1.1.1.1");
  CHECK(on.sent_away() == numbers{1});
  on.come("1.1.1.2");
  CHECK(on.sent_away() == numbers{1});
  on.max_of_address = 1;
  on.come("1.1.1.1");
  CHECK(on.sent_away() == numbers{1, 2});
}

TEST_CASE("of IPv6 a network is a /48, and an address a /64") {
  fixture on;
  on.come("2a01:1:1::1");
  on.come("2a01:1:2:1::1");
  on.come("2a01:1:2:1::2");
  on.come("2a01:1:2:2::1");
  on.come("9.9.9.9");
  CHECK(on.sent_away() == numbers{1});
  on.max_of_address = 1;
  on.come("2a01:1:2:1::9");
  CHECK(on.sent_away() == numbers{1, 2});
}

TEST_CASE("those of an onion service are one network, and displace none of private links") {
  fixture on;
  on.come("fd0f:c940:f255:8001::1");
  for (const char* from : {"fd0f:c940:f255::1", "fd0f:c940:f255::2", "fd0f:c940:f255::3"}) on.come(from);
  on.come("fd0f:c940:f255::4");
  CHECK(on.sent_away() == numbers{1});
}

TEST_CASE("where all networks are equal, the oldest handshake of all is stopped") {
  fixture on;
  for (const char* from : {"1.0.0.1", "2.0.0.1", "3.0.0.1", "4.0.0.1", "5.0.0.1"}) on.come(from);
  CHECK(on.sent_away() == numbers{0});
}

TEST_CASE("a handshake that has ended is not counted") {
  fixture on;
  for (const char* from : {"1.1.1.1", "1.1.1.1", "2.2.2.2", "3.3.3.3"}) on.come(from);
  on.entries.pop_front();
  CHECK(on.waiting.size() == 3);
  on.come("4.4.4.4");
  CHECK(on.sent_away() == numbers{});
}

TEST_CASE("those of an address displace each other only if they wait for the same") {
  fixture on;
  on.max_of_address = 2;
  on.come("1.1.1.1", handshake_kind::tls);
  on.come("1.1.1.1");
  on.come("1.1.1.1");
  CHECK(on.sent_away() == numbers{});
  on.come("1.1.1.1");
  CHECK(on.sent_away() == numbers{1});
  on.come("1.1.1.1", handshake_kind::tls);
  CHECK(on.sent_away() == numbers{1});
}

TEST_CASE("a stop of the whole stops each handshake") {
  coro::stop_source all;
  pending_handshakes waiting{4};
  pending_handshakes::entry entry{waiting, handshake_kind::hand, ip("1.1.1.1"), 1, all.token()};
  all.request_stop();
  CHECK(entry.token().stop_requested());
  CHECK_FALSE(entry.displaced());
}

}  // namespace connections_pending_handshakes_test
