// The choice of the inbound peer to evict.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <set>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/peer/connections/eviction.hpp>
#include <pappus/peer/connections/limits.hpp>

namespace connections_eviction_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::choose_for_eviction;
using peer::eviction_candidate;
namespace limits = peer::limits;

namespace {

constexpr io::time_point start{};

/// Peers of one netgroup without merits, the oldest first.
std::vector<eviction_candidate> crowd(std::size_t count, std::uint32_t network = 0x0a000000) {
  std::vector<eviction_candidate> made(count);
  for (std::size_t i = 0; i != count; ++i) {
    made[i].id = network + i;
    made[i].address = pappus::ip_address::v4(network + static_cast<std::uint32_t>(i));
    made[i].keyed_netgroup = network;
    made[i].since = start + std::chrono::seconds{i};
  }
  return made;
}

std::vector<eviction_candidate> together(std::vector<eviction_candidate> some,
                                         const std::vector<eviction_candidate>& others) {
  some.insert(some.end(), others.begin(), others.end());
  return some;
}

/// Evicts until every peer is protected; returns the remaining ones.
std::set<std::uint64_t> survivors(std::vector<eviction_candidate> from) {
  while (const auto chosen = choose_for_eviction(from)) {
    std::erase_if(from, [&](const auto& each) { return each.id == *chosen; });
  }
  std::set<std::uint64_t> left;
  for (const auto& each : from) left.insert(each.id);
  return left;
}

}  // namespace

TEST_CASE("a small number of peers are all protected") {
  CHECK_FALSE(choose_for_eviction({}).has_value());
  CHECK_FALSE(choose_for_eviction(crowd(limits::protected_by_netgroup)).has_value());
}

TEST_CASE("of many peers of one netgroup the youngest is evicted") {
  const auto peers = crowd(40);
  CHECK(choose_for_eviction(peers) == peers.back().id);
}

TEST_CASE("the youngest peer of the largest netgroup is evicted, not the youngest of all") {
  const auto many = crowd(80, 0x0a000000);
  auto few = crowd(10, 0x0b000000);
  for (auto& each : few) each.since += 1h;
  CHECK(choose_for_eviction(together(few, many)) == many.back().id);
}

TEST_CASE("a peer that is the best by one criterion stays, however many others come") {
  auto peers = crowd(100);
  for (std::size_t i = 0; i != limits::protected_by_ping; ++i) peers[60 + i].ping = 1ms;
  for (std::size_t i = 0; i != limits::protected_by_transactions; ++i) peers[70 + i].transaction = start + 1h;
  for (std::size_t i = 0; i != limits::protected_by_blocks; ++i) peers[80 + i].block = start + 1h;
  for (std::size_t i = 0; i != limits::protected_by_netgroup; ++i) peers[90 + i].keyed_netgroup = i;
  const auto left = survivors(peers);
  for (std::size_t i = 60; i != 60 + limits::protected_by_ping; ++i) CHECK(left.contains(peers[i].id));
  for (std::size_t i = 70; i != 70 + limits::protected_by_transactions; ++i) CHECK(left.contains(peers[i].id));
  for (std::size_t i = 80; i != 80 + limits::protected_by_blocks; ++i) CHECK(left.contains(peers[i].id));
  for (std::size_t i = 90; i != 90 + limits::protected_by_netgroup; ++i) CHECK(left.contains(peers[i].id));
}

TEST_CASE("half of the peers without merits are protected by age") {
  const auto peers = crowd(104);  // the first four are protected by netgroup
  std::vector<eviction_candidate> now = peers;
  for (int i = 0; i != 50; ++i) {
    const auto chosen = choose_for_eviction(now);
    REQUIRE(chosen.has_value());
    CHECK(*chosen >= peers[4 + 25].id);
    std::erase_if(now, [&](const auto& each) { return each.id == *chosen; });
  }
}

TEST_CASE("a discouraged peer is evicted before any other, unless it is protected") {
  auto peers = crowd(60);
  peers[50].discouraged = true;
  CHECK(choose_for_eviction(peers) == peers[50].id);
  peers[50].ping = 1ms;
  CHECK(choose_for_eviction(peers) == peers.back().id);
}

TEST_CASE("peers of an onion service are not protected for their netgroup, which all of them share") {
  auto peers = crowd(8);
  for (std::size_t i = 0; i != peers.size(); ++i) {
    peers[i].address = pappus::ip_address::named({0, 0, static_cast<std::uint8_t>(i)});
    peers[i].keyed_netgroup = 0;
  }
  CHECK(survivors(peers).empty());
  CHECK(choose_for_eviction(peers) == peers.back().id);
  const auto others = crowd(limits::protected_by_netgroup, 0x0b000000);
  const auto left = survivors(together(peers, others));
  for (const auto& each : others) CHECK(left.contains(each.id));
}

TEST_CASE("many young peers from a hundred netgroups do not evict the older half") {
  std::vector<eviction_candidate> peers;
  for (std::uint32_t i = 0; i != 64; ++i) {
    auto one = crowd(1, 0x0a000000 + (i << 16));
    peers.push_back(one.front());
  }
  std::set<std::uint64_t> honest;
  for (const auto& each : peers) honest.insert(each.id);
  for (std::uint32_t i = 0; i != 1000; ++i) {
    auto attacker = crowd(1, 0x64000000 + (i % 100 << 16) + i).front();
    attacker.since = start + 24h + std::chrono::seconds{i};
    peers.push_back(attacker);
    if (peers.size() <= 128) continue;
    const auto chosen = choose_for_eviction(peers);
    REQUIRE(chosen.has_value());
    std::erase_if(peers, [&](const auto& each) { return each.id == *chosen; });
  }
  const auto is_honest = [&](const auto& each) { return honest.contains(each.id); };
  CHECK(std::ranges::count_if(peers, is_honest) == 64);
}

TEST_CASE("equal peers are ordered by age and id: the choice is deterministic") {
  auto peers = crowd(50);
  const auto chosen = choose_for_eviction(peers);
  std::ranges::reverse(peers);
  CHECK(choose_for_eviction(peers) == chosen);
}

}  // namespace connections_eviction_test
