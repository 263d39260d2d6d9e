// What is on the wire of a private broadcast, seen at the links of a thousand simulated networks.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/sanitizers.hpp>

#include "private_network.hpp"

namespace private_broadcast_trace_test {

using namespace private_broadcast;
using peer::stem_outcome;

namespace {

constexpr std::uint64_t seeds = support::sanitized ? 40 : 1000;

/// One direction of a connection.
using flow = std::pair<io::endpoint, io::endpoint>;

/// A sequence of bytes to look for, however writes cut it.
class needle {
public:
  explicit needle(wire::bytes_view what) : what_(what.begin(), what.end()) {}

  /// Whether the bytes, with what came before in that direction, contain it.
  bool is_in(const flow& where, io::const_buffer bytes) {
    std::vector<std::byte>& rest = rests_[where];
    rest.insert(rest.end(), bytes.begin(), bytes.end());
    const bool found = std::search(rest.begin(), rest.end(), what_.begin(), what_.end()) != rest.end();
    if (rest.size() >= what_.size()) {
      rest.erase(rest.begin(), rest.end() - static_cast<std::ptrdiff_t>(what_.size() - 1));
    }
    return found;
  }

private:
  std::vector<std::byte> what_;
  std::map<flow, std::vector<std::byte>> rests_;  // the ends of what was written
};

/// What is seen of the transactions of a node at all links.
class watch {
public:
  watch(private_network& on, const std::vector<wire::transaction_ptr>& all) : on_(on), public_at_(all.size()) {
    for (const wire::transaction_ptr& each : all) {
      needles_.push_back({needle{each->kernel(0).excess.view()}, needle{each->kernel_hash(0).view()}});
    }
    on_.world.capture([this](io::endpoint from, io::endpoint to, io::const_buffer bytes) { written(from, to, bytes); });
  }
  ~watch() { on_.world.capture({}); }
  watch(const watch&) = delete;
  watch& operator=(const watch&) = delete;

  std::size_t leaks = 0;                           // before it was public, over a connection without the proxy
  std::map<flow, std::set<std::size_t>> carried;   // transactions by private connection, from the node to the proxy
  std::map<flow, std::vector<std::byte>> relayed;  // the first bytes of connections from the proxy
  std::map<flow, io::time_point> began;            // of these

private:
  void written(io::endpoint from, io::endpoint to, io::const_buffer bytes) {
    const bool is_here = from.address == on_.here.address();
    const bool to_proxy = is_here && to == on_.proxy.endpoint();
    const bool from_proxy = from.address == on_.proxy.endpoint().address && to.port == support::port;
    if (from_proxy) {
      began.try_emplace({from, to}, on_.world.now());
      std::vector<std::byte>& first = relayed[{from, to}];
      if (first.size() < 200) first.insert(first.end(), bytes.begin(), bytes.end());
    }
    for (std::size_t i = 0; i != needles_.size(); ++i) {
      bool found = false;
      for (needle& each : needles_[i]) found |= each.is_in({from, to}, bytes);
      if (!found) continue;
      if (to_proxy) carried[{from, to}].insert(i);
      else if (is_here && !public_at_[i]) ++leaks;
      else if (!is_here && !from_proxy && !public_at_[i]) public_at_[i] = on_.world.now();
    }
  }

  private_network& on_;
  std::vector<std::array<needle, 2>> needles_;
  std::vector<std::optional<io::time_point>> public_at_;  // when another node first passed it on
};

std::uint64_t nonce_in(const std::vector<std::byte>& hand) {
  constexpr std::size_t at = wire::frame_header::size + 8;
  std::uint64_t nonce = 0;
  for (std::size_t i = 0; i != 8; ++i) nonce = nonce << 8 | std::to_integer<std::uint64_t>(hand.at(at + i));
  return nonce;
}

}  // namespace

TEST_CASE(
    "in a thousand networks no packet of an own transaction goes over another connection before another node has "
    "passed "
    "it on, and no two private connections share a transaction's peer, credentials, nonce or time") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    private_network on{6, seed};
    const std::vector<wire::transaction_ptr> all{some_transaction(2 * seed), some_transaction(2 * seed + 1)};
    watch wires{on, all};
    on.start();
    const own_record& first = on.send(all[0]);
    on.world.run_for(2s);
    const own_record& second = on.send(all[1]);
    on.world.run_for(3min);
    REQUIRE(first.outcome() == stem_outcome::seen);
    REQUIRE(second.outcome() == stem_outcome::seen);
    CHECK(wires.leaks == 0);
    CHECK(wires.carried.size() == 6);
    for (const auto& [connection, which] : wires.carried) CHECK(which.size() == 1);
    std::set<std::string> credentials;
    for (const auto& each : on.proxy.requests) credentials.insert(each.credentials);
    CHECK(credentials.size() == 6);
    std::set<std::uint64_t> nonces;
    std::set<io::time_point> times;
    for (const auto& [connection, bytes] : wires.relayed) nonces.insert(nonce_in(bytes));
    for (const auto& [connection, at] : wires.began) times.insert(at);
    CHECK(nonces.size() == 6);
    CHECK(times.size() == 6);
  }
}

TEST_CASE("what leaves the node before its transaction is public does not depend on whether there is one") {
  for (std::uint64_t seed = 1; seed != 10; ++seed) {
    CAPTURE(seed);
    std::vector<std::vector<std::pair<io::time_point, std::vector<std::byte>>>> seen;
    for (const bool has_one : {false, true}) {
      private_network on{0, seed};
      const auto swallow = [](support::scripted_peer& with, strange_peer& who) -> task<void> {
        co_await who.listen_to(with);
        co_await with.send(wire::messages::pong{});
      };
      const strange_peer& peer = on.add(swallow);
      std::vector<std::pair<io::time_point, std::vector<std::byte>>> written;
      on.world.capture([&](io::endpoint from, io::endpoint to, io::const_buffer bytes) {
        if (from.address != on.here.address() || to == on.proxy.endpoint()) return;
        written.push_back({on.world.now(), {bytes.begin(), bytes.end()}});
      });
      on.start();
      if (has_one) on.send(some_transaction(seed));
      on.world.run_for(1h);
      CHECK(peer.transactions.empty() != has_one);
      on.world.capture({});
      seen.push_back(std::move(written));
    }
    CHECK(seen[0] == seen[1]);
  }
}

}  // namespace private_broadcast_trace_test
