// A transaction request tracker whose time is the test's.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/io/random.hpp>
#include <pappus/peer/relay/tx_request_tracker.hpp>
#include <pappus/sim/random.hpp>

namespace tx_requests {

using namespace pappus;

inline wire::hash kernel(std::uint64_t number) {
  wire::hash made;
  std::memcpy(made.raw.data(), &number, sizeof number);
  return made;
}

/// Announcing peers, each at an address of its own.
inline peer::announcer inbound(std::uint64_t id) {
  return {id, {pappus::ip_address::v4(0x0a000000 + static_cast<std::uint32_t>(id)), 0}, false};
}
inline peer::announcer outbound(std::uint64_t id) {
  return {id, {pappus::ip_address::v4(0x0b000000 + static_cast<std::uint32_t>(id)), 3414}, true};
}

/// A tracker whose requests are sent at once and recorded.
class tracker_bench {
public:
  struct request {
    std::uint64_t peer;
    wire::hash kernel;
    io::time_point at;
  };

  explicit tracker_bench(std::uint64_t seed = 1)
      : tracker(peer::keyed_hash{peer::keyed_hash::new_key(io::random_source{sim::xoshiro256{seed}})}) {}

  void announce(const peer::announcer& by, const wire::hash& what) {
    tracker.announced(now, by, what);
    carry_out();
  }
  bool receive(std::uint64_t from, const wire::hash& what) {
    const bool was_asked = tracker.received(now, from, what);
    carry_out();
    return was_asked;
  }
  void reject(std::uint64_t from, const wire::hash& what) {
    tracker.rejected(now, from, what);
    carry_out();
  }
  void settle(const wire::hash& what) {
    tracker.not_needed(now, what);
    carry_out();
  }
  /// The peer sends the transaction, and the adapter accepts it.
  void give(std::uint64_t from, const wire::hash& what) {
    CHECK(receive(from, what));
    settle(what);
  }
  void leave(std::uint64_t peer) {
    tracker.left(now, peer);
    carry_out();
  }
  /// Advances the time and runs every timer that expires meanwhile.
  void pass(io::duration length) {
    const io::time_point until = io::saturating_add(now, length);
    while (tracker.next_due() <= until) {
      now = std::max(now, tracker.next_due());
      tracker.tick(now);
      carry_out();
    }
    now = until;
  }

  void carry_out() {
    while (const auto next = tracker.next_request()) {
      tracker.requested(now, *next, wait);
      asked.push_back({next->peer, next->kernel, now});
    }
    if (checks) tracker.sanity_check();
  }

  /// The time of the first request to that peer, in seconds; a day if there was none.
  [[nodiscard]] double asked_at(std::uint64_t peer) const {
    const auto found = std::ranges::find(asked, peer, &request::peer);
    const io::time_point when = found == asked.end() ? io::time_point{std::chrono::hours{24}} : found->at;
    return std::chrono::duration<double>{when.time_since_epoch()}.count();
  }
  [[nodiscard]] std::vector<std::uint64_t> peers_asked() const {
    std::vector<std::uint64_t> peers;
    for (const request& each : asked) peers.push_back(each.peer);
    return peers;
  }
  /// The number of requests at each time.
  [[nodiscard]] std::vector<std::size_t> rounds() const {
    std::map<io::time_point, std::size_t> by_time;
    for (const request& each : asked) ++by_time[each.at];
    std::vector<std::size_t> counts;
    for (const auto& [when, count] : by_time) counts.push_back(count);
    return counts;
  }

  io::time_point now{};
  io::duration wait{};  // before each request is sent
  bool checks = true;   // `sanity_check` after each step
  peer::tx_request_tracker tracker;
  std::vector<request> asked;
};

using peers = std::vector<std::uint64_t>;

}  // namespace tx_requests
