// Diffusion: random delays of announcements.
#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include <doctest/doctest.h>
#include <support/made_up.hpp>
#include <support/simulated_node.hpp>

#include <pappus/peer/dandelion/limits.hpp>

namespace dandelion_diffusion_test {

using namespace pappus;
using namespace std::chrono_literals;
using support::simulated_config;
using support::simulated_node;
using support::some_transaction;

namespace {

constexpr std::size_t neighbors = 20;  // of each kind

node_config config_of(peer::fluff_mode how) {
  node_config config = simulated_config();
  config.dandelion.fluff_mode = how;
  return config;
}

/// A node among others; half of them are outbound peers. Their links have no latency.
struct star {
  explicit star(std::uint64_t seed, peer::fluff_mode how) : world{seed, without_delay()} {
    node_config config = config_of(how);
    for (std::size_t i = 0; i != neighbors; ++i) {
      outbound.push_back(std::make_unique<simulated_node>(world.add_machine(), config_of(how)));
      config.preferred_peers.push_back(outbound.back()->endpoint());
    }
    middle = std::make_unique<simulated_node>(world.add_machine(), config);
    config.preferred_peers = {middle->endpoint()};
    for (std::size_t i = 0; i != neighbors; ++i) {
      inbound.push_back(std::make_unique<simulated_node>(world.add_machine(), config));
    }
    world.run_for(10s);
  }

  static sim::world_options without_delay() {
    sim::world_options options;
    options.default_link.latency = 0s;
    return options;
  }

  /// The sum of the seconds until each of these had a transaction.
  [[nodiscard]] double total_wait(const wire::transaction_ptr& tx,
                                  const std::vector<std::unique_ptr<simulated_node>>& of, io::time_point since) {
    double sum = 0;
    for (const auto& each : of) {
      REQUIRE(each->has(tx));
      sum += std::chrono::duration<double>{each->received_at.front() - since}.count();
    }
    return sum;
  }

  sim::world world;
  std::vector<std::unique_ptr<simulated_node>> outbound;
  std::vector<std::unique_ptr<simulated_node>> inbound;
  std::unique_ptr<simulated_node> middle;
};

}  // namespace

TEST_CASE("without diffusion a transaction is announced to all peers at once") {
  star of{1, peer::fluff_mode::flood};
  const auto tx = some_transaction(1);
  CHECK(of.middle->submit(tx).sent == 2 * neighbors);
  of.world.run_for(1ms);
  for (const auto& each : of.outbound) CHECK(each->has(tx));
  for (const auto& each : of.inbound) CHECK(each->has(tx));
}

TEST_CASE("with diffusion each peer gets the announcement after its own delay: 2 s on average if outbound, else 5 s") {
  constexpr std::uint64_t seeds = 40;
  double outbound = 0;
  double inbound = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    star of{seed, peer::fluff_mode::diffusion};
    const auto tx = some_transaction(seed);
    const io::time_point now = of.world.now();
    CHECK(of.middle->submit(tx).sent == 2 * neighbors);
    of.world.run_for(2min);
    outbound += of.total_wait(tx, of.outbound, now);
    inbound += of.total_wait(tx, of.inbound, now);
  }
  // Four standard errors of a mean over so many exponentially distributed times are 0.14 of it.
  CHECK(outbound / (seeds * neighbors) == doctest::Approx(2).epsilon(0.14));
  CHECK(inbound / (seeds * neighbors) == doctest::Approx(5).epsilon(0.14));
}

TEST_CASE("a peer that gets the transaction elsewhere meanwhile gets no announcement, and a peer may leave") {
  star of{1, peer::fluff_mode::diffusion};
  const auto tx = some_transaction(1);
  const std::uint64_t before = of.middle->get().statistics().broadcasts.sent;
  of.middle->submit(tx);
  simulated_node& knows = *of.inbound[0];
  knows->send(knows->peers().front().id, wire::messages::transaction{tx});
  of.middle->get().disconnect(of.inbound[1]->endpoint());
  of.world.run_for(2min);
  CHECK_FALSE(knows.has(tx));
  CHECK(of.middle->get().statistics().broadcasts.sent - before <= 2 * neighbors - 1);
  for (std::size_t i = 2; i != neighbors; ++i) CHECK(of.inbound[i]->has(tx));
}

TEST_CASE("a transaction fluffed twice is announced to each peer once") {
  star of{1, peer::fluff_mode::diffusion};
  const auto tx = some_transaction(1);
  of.middle->submit(tx);
  of.middle->get().broadcast(tx);
  of.world.run_for(2min);
  CHECK(of.middle->get().statistics().broadcasts.sent == 2 * neighbors);
}

TEST_CASE("as many transmissions are delayed as the limit allows, and further ones are not") {
  star of{1, peer::fluff_mode::diffusion};
  constexpr std::size_t peers = 2 * neighbors;
  constexpr std::size_t limit = peer::limits::max_delayed_transmissions;
  const auto sent = [&of] { return of.middle->get().statistics().broadcasts.sent; };
  std::uint64_t seed = 1;
  for (std::size_t planned = peers; planned <= limit; planned += peers) {
    CHECK(of.middle->get().broadcast(some_transaction(seed++)).sent == peers);
  }
  CHECK(sent() == 0);
  CHECK(of.middle->get().broadcast(some_transaction(seed++)).sent == peers);
  CHECK(sent() == peers - limit % peers);
  CHECK(of.middle->get().broadcast(some_transaction(seed++)).sent == peers);
  CHECK(sent() == 2 * peers - limit % peers);
}

}  // namespace dandelion_diffusion_test
