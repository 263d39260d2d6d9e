// Which peer is asked for what, and when: the state machine alone, its time the test's own.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/heap_watch.hpp>
#include <support/sanitizers.hpp>

#include <pappus/io/random.hpp>
#include <pappus/peer/relay/limits.hpp>
#include <pappus/peer/relay/tx_request_tracker.hpp>
#include <pappus/sim/random.hpp>

namespace relay_tx_request_tracker_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::announcer;

namespace limits = peer::limits;

namespace {

wire::hash kernel(std::uint64_t number) {
  wire::hash made;
  std::memcpy(made.raw.data(), &number, sizeof number);
  return made;
}

/// Each at an address of its own.
announcer inbound(std::uint64_t id) {
  return {id, {io::ipv4_address{0x0a000000 + static_cast<std::uint32_t>(id)}, 0}, false};
}
announcer outbound(std::uint64_t id) {
  return {id, {io::ipv4_address{0x0b000000 + static_cast<std::uint32_t>(id)}, 3414}, true};
}

/// A tracker whose requests are made at once and written down.
class bench {
public:
  struct request {
    std::uint64_t peer;
    wire::hash kernel;
    io::time_point at;
  };

  explicit bench(std::uint64_t seed = 1)
      : tracker(peer::keyed_hash{peer::keyed_hash::new_key(io::random_source{sim::xoshiro256{seed}})}) {}

  void announce(const announcer& by, const wire::hash& what) {
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
  /// Sent, and found valid.
  void give(std::uint64_t from, const wire::hash& what) {
    CHECK(receive(from, what));
    settle(what);
  }
  void leave(std::uint64_t peer) {
    tracker.left(now, peer);
    carry_out();
  }
  /// Goes through all that falls due meanwhile.
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

  /// When that peer was asked first, in seconds; a day if it was not.
  [[nodiscard]] double asked_at(std::uint64_t peer) const {
    const auto found = std::ranges::find(asked, peer, &request::peer);
    const io::time_point when = found == asked.end() ? io::time_point{24h} : found->at;
    return std::chrono::duration<double>{when.time_since_epoch()}.count();
  }
  [[nodiscard]] std::vector<std::uint64_t> peers_asked() const {
    std::vector<std::uint64_t> peers;
    for (const request& each : asked) peers.push_back(each.peer);
    return peers;
  }
  /// How many were asked within each time-out.
  [[nodiscard]] std::vector<std::size_t> rounds() const {
    std::map<io::time_point, std::size_t> by_time;
    for (const request& each : asked) ++by_time[each.at];
    std::vector<std::size_t> counts;
    for (const auto& [when, count] : by_time) counts.push_back(count);
    return counts;
  }

  io::time_point now{};
  io::duration wait{};  // of each request, until it is sent
  bool checks = true;   // the tracker's books after each step
  peer::tx_request_tracker tracker;
  std::vector<request> asked;
};

using peers = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("one is asked at a time, and nobody once the transaction is settled") {
  bench at;
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
  CHECK(at.tracker.statistics().silent == 0);
}

TEST_CASE("after each time-out twice as many are asked at once, up to a limit") {
  bench at;
  for (std::uint64_t id = 1; id != 140; ++id) at.announce(inbound(id), kernel(1));
  at.pass(1min);
  CHECK(at.rounds() == std::vector<std::size_t>{1, 2, 4, 8, 16, 32, 32, 32, 12});
  const std::vector<std::uint64_t> all = at.peers_asked();
  CHECK(std::set(all.begin(), all.end()).size() == 139);
  CHECK(at.asked_at(all.back()) ==
        doctest::Approx(8 * std::chrono::duration<double>{limits::tx_request_timeout}.count()));
  CHECK(at.tracker.statistics().unanswered == 139);
}

TEST_CASE("100 silent inbound peers do not keep an outbound one from being asked for more than two seconds") {
  for (std::uint64_t seed = 1; seed != 301; ++seed) {
    bench at{seed};
    at.checks = seed < 3;
    sim::xoshiro256 chance{seed};
    for (std::uint64_t id = 1; id != 101; ++id) {
      at.announce(inbound(id), kernel(1));
      at.pass(std::chrono::milliseconds{io::uniform_below(chance, 100)});
    }
    at.announce(outbound(200), kernel(1));
    const io::time_point since = at.now;
    at.pass(2s);
    const bool was_asked = std::ranges::find(at.asked, 200, &bench::request::peer) != at.asked.end();
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
    bench at{seed};
    at.checks = seed < 3;
    at.wait = 1s;  // as when there is much else to be sent to them
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

TEST_CASE("whoever was silent is asked after all others from then on, also if he announces first") {
  bench at;
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
  // If nobody else has it they are asked, a bit later.
  at.announce(inbound(1), kernel(1'000));
  at.pass(10 * limits::silence_delay);
  CHECK(at.asked.back().peer == 1);
}

TEST_CASE("silence is forgotten in the end") {
  bench at;
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

TEST_CASE("silence is the account's: it outlasts the session, and is shared by all sessions of it") {
  bench at;
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

TEST_CASE("outbound peers are asked before all others, also if they have been silent") {
  bench at;
  at.announce(outbound(1), kernel(1));
  at.pass(limits::tx_request_timeout);
  CHECK(at.tracker.statistics().silent == 1);
  for (std::uint64_t number = 2; number != 12; ++number) {
    for (std::uint64_t id = 2; id != 30; ++id) at.tracker.announced(at.now, inbound(id), kernel(number));
    at.tracker.announced(at.now, outbound(1), kernel(number));
    at.carry_out();
    at.pass(limits::max_preferred_delay);
    CHECK(at.asked.back().peer == 1);
    at.settle(kernel(number));
  }
}

TEST_CASE("a request to an inbound peer keeps an outbound one waiting for a moment, not for its time-out") {
  bench at;
  at.announce(inbound(1), kernel(1));
  at.announce(inbound(2), kernel(1));
  at.pass(100ms);
  at.announce(outbound(3), kernel(1));
  CHECK(at.peers_asked() == peers{1});
  at.pass(limits::max_preferred_delay);
  CHECK(at.peers_asked() == peers{1, 3});
  // And whoever comes later is asked at once.
  bench late;
  late.announce(inbound(1), kernel(1));
  late.pass(limits::max_preferred_delay);
  late.announce(inbound(2), kernel(1));
  CHECK(late.peers_asked() == peers{1});
  late.announce(outbound(3), kernel(1));
  CHECK(late.peers_asked() == peers{1, 3});
}

TEST_CASE("among equals chance decides, another for each transaction") {
  bench at;
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

TEST_CASE("a peer is asked a bounded number at once, and for the rest as it answers, in its order") {
  bench at;
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

TEST_CASE("while a peer has enough to answer others are asked, although it would be the better one") {
  bench at;
  for (std::uint64_t number = 0; number != limits::max_tx_requests_per_peer; ++number) {
    at.announce(outbound(1), kernel(100 + number));
  }
  at.announce(outbound(1), kernel(1));
  CHECK(at.asked.size() == limits::max_tx_requests_per_peer);
  at.announce(inbound(2), kernel(1));
  CHECK(at.asked.back().peer == 2);
}

TEST_CASE("announcements are bounded by peer, so that nobody crowds out another's") {
  bench at;
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

TEST_CASE("what is rejected is asked of the next, at once; whoever gave it has lost as much as by silence") {
  bench at;
  at.announce(inbound(1), kernel(1));
  at.announce(inbound(2), kernel(1));
  at.announce(inbound(3), kernel(1));
  const std::uint64_t spoiler = at.asked.back().peer;
  CHECK(at.receive(spoiler, kernel(1)));
  CHECK(at.asked.size() == 1);
  at.reject(spoiler, kernel(1));
  CHECK(at.asked.size() == 3);  // twice as many
  CHECK(at.tracker.statistics().rejected == 1);
  CHECK(at.tracker.statistics().silent == 1);
  CHECK_FALSE(at.receive(spoiler, kernel(1)));  // it is not asked for again
  const std::uint64_t honest = at.asked.back().peer;
  CHECK(honest != spoiler);
  at.give(honest, kernel(1));
}

TEST_CASE("a host that takes its time to judge what has come does not hold up others for ever") {
  bench at;
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
  CHECK(at.tracker.statistics().silent == 0);
}

TEST_CASE("where there was no verdict others are asked, and nobody is to blame") {
  bench at;
  at.announce(inbound(1), kernel(1));
  at.announce(inbound(2), kernel(1));
  const std::uint64_t first = at.asked.back().peer;
  CHECK(at.receive(first, kernel(1)));
  at.tracker.not_validated(at.now, first, kernel(1));
  at.carry_out();
  CHECK(at.asked.size() == 2);
  CHECK(at.tracker.statistics().silent == 0);
}

TEST_CASE("an answer that comes too late is taken, and has cost nevertheless") {
  bench at;
  at.announce(inbound(1), kernel(1));
  at.pass(limits::tx_request_timeout + 1s);
  CHECK(at.tracker.statistics().unanswered == 1);
  at.announce(inbound(2), kernel(1));
  CHECK(at.asked.size() == 2);
  at.give(1, kernel(1));
  CHECK(at.tracker.statistics().late == 1);
  CHECK(at.tracker.statistics().silent == 1);
  CHECK_FALSE(at.receive(2, kernel(1)));
}

TEST_CASE("who leaves without an answer has lost as much as by silence, and the next is asked at once") {
  bench at;
  for (std::uint64_t id = 1; id != 65; ++id) at.announce(inbound(id), kernel(1));
  std::size_t left = 0;
  while (left != at.asked.size()) {
    at.pass(limits::tx_request_timeout - 100ms);
    const std::size_t round = at.asked.size();
    for (; left != round; ++left) at.leave(at.asked[left].peer);
  }
  CHECK(left == 64);
  CHECK(at.now.time_since_epoch() < 7 * limits::tx_request_timeout);
  CHECK(at.tracker.statistics().silent == 64);
  CHECK(at.tracker.statistics().announcements == 0);
}

TEST_CASE("nobody is asked twice, however often it announces, until the transaction is forgotten") {
  bench at;
  at.announce(inbound(1), kernel(1));
  at.announce(inbound(2), kernel(1));
  at.pass(3 * limits::tx_request_timeout);
  CHECK(at.asked.size() == 2);
  CHECK_FALSE(at.tracker.is_open(kernel(1)));
  at.announce(inbound(1), kernel(1));
  CHECK(at.asked.size() == 2);
  // Another is asked at once.
  at.announce(inbound(3), kernel(1));
  CHECK(at.asked.size() == 3);
  at.pass(limits::tx_request_timeout + limits::failed_request_lifetime);
  CHECK(at.tracker.statistics().announcements == 0);
  CHECK(at.tracker.statistics().never_sent == 3);
  at.announce(inbound(1), kernel(1));
  at.pass(10 * limits::silence_delay);
  CHECK(at.asked.size() == 4);
}

TEST_CASE("whatever happens in whatever order, its books are right, and nobody is left who could be asked") {
  for (std::uint64_t seed = 1; seed != 21; ++seed) {
    bench at{seed};
    sim::xoshiro256 chance{seed};
    const auto below = [&chance](std::uint64_t bound) { return io::uniform_below(chance, bound); };
    for (int step = 0; step != 1000; ++step) {
      const std::uint64_t id = 1 + below(12);
      const wire::hash what = kernel(below(seed % 2 == 0 ? 20 : 400));
      const auto whom = id < 4 ? outbound(id) : inbound(id);
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
        default: at.announce(whom, what); break;
      }
    }
    at.pass(5min);
    CHECK(at.tracker.statistics().announcements == 0);
    CHECK(at.tracker.statistics().in_flight == 0);
    CHECK(at.tracker.next_due() == io::never);
  }
}

TEST_CASE("an announcement and its answer allocate nothing once as much has been remembered before" *
          doctest::skip(support::sanitized)) {
  bench at;
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

}  // namespace relay_tx_request_tracker_test
