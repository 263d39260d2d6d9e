// Many nodes that find each other from one seed node, and again after crashes and a partition.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include <doctest/doctest.h>
#include <support/sanitizers.hpp>
#include <support/simulated_node.hpp>

#include <pappus/peer/connections/limits.hpp>
#include <pappus/peer/store/limits.hpp>

namespace discovery_network_test {

using namespace pappus;
using namespace std::chrono_literals;
using support::simulated_config;
using support::simulated_node;

namespace {

constexpr std::size_t size = support::sanitized ? 40 : 300;
/// Far fewer than the nodes: a node with all others as inbound peers would have none left to connect to.
constexpr std::size_t inbound_slots = size / 3;
constexpr std::size_t book_cap =
    (peer::limits::new_bucket_count + peer::limits::tried_bucket_count) * peer::limits::bucket_size;

class node_crowd {
public:
  explicit node_crowd(std::uint64_t seed) : world{seed}, hosts_(size), nodes_(size) {
    for (auto& each : hosts_) each = &world.add_machine();
    world.set_name("seed.example", {hosts_[0]->address()});
    for (std::size_t i = 0; i != size; ++i) start(i);
  }

  void start(std::size_t which) {
    node_config config = simulated_config();
    config.chain.on_internet = true;
    config.connection_limits = {};
    config.connection_limits.inbound = inbound_slots;
    config.seeds = {{"seed.example", support::port}};
    if (which == 0) config.seeds->clear();
    nodes_[which] = std::make_unique<simulated_node>(*hosts_[which], std::move(config));
  }

  void crash(std::size_t which) {
    hosts_[which]->crash(sim::crash::blackhole);
    ended_.push_back(std::move(nodes_[which]));  // messages it sends while it ends do not leave the machine
  }
  void come_back(std::size_t which) {
    hosts_[which]->restart();
    start(which);
  }

  /// Runs until every node has all its outbound peers, or the time is over; returns the number of nodes that have not.
  [[nodiscard]] std::ptrdiff_t settle(io::duration max) {
    const auto lacks_peers = [](const auto& each) {
      return each != nullptr && (*each)->statistics().outbound != peer::limits::max_outbound;
    };
    for (io::duration passed{}; passed < max; passed += 10s) {
      if (std::ranges::none_of(nodes_, lacks_peers)) break;
      world.run_for(10s);
    }
    return std::ranges::count_if(nodes_, lacks_peers);
  }

  [[nodiscard]] std::size_t largest_book() const {
    std::size_t largest = 0;
    for (const auto& each : nodes_) largest = std::max(largest, (*each)->statistics().addresses);
    return largest;
  }
  [[nodiscard]] std::size_t most_inbound() const {
    std::size_t max = 0;
    for (const auto& each : nodes_) max = std::max(max, (*each)->statistics().inbound);
    return max;
  }

  [[nodiscard]] std::vector<sim::machine*> machines(std::size_t from, std::size_t count) const {
    return {hosts_.begin() + static_cast<std::ptrdiff_t>(from),
            hosts_.begin() + static_cast<std::ptrdiff_t>(from + count)};
  }

  sim::world world;

private:
  std::vector<sim::machine*> hosts_;
  std::vector<std::unique_ptr<simulated_node>> nodes_;
  std::vector<std::unique_ptr<simulated_node>> ended_;
};

}  // namespace

TEST_CASE("all nodes fill their slots from one seed node, and again after crashes and a partition") {
  for (std::uint64_t seed = 1; seed <= (support::sanitized ? 1 : 3); ++seed) {
    CAPTURE(seed);
    node_crowd all{seed};
    CHECK(all.settle(10min) == 0);

    for (std::size_t i = 1; i <= size * 3 / 10; ++i) all.crash(3 * i);
    all.world.run_for(1min);
    CHECK(all.settle(20min) == 0);
    for (std::size_t i = 1; i <= size * 3 / 10; ++i) all.come_back(3 * i);
    CHECK(all.settle(10min) == 0);

    all.world.partition(all.machines(size / 3, size / 3));
    all.world.run_for(2min);
    all.world.heal();
    CHECK(all.settle(10min) == 0);

    CHECK(all.largest_book() <= book_cap);
    CHECK(all.most_inbound() <= inbound_slots + peer::limits::max_listener_buffer);
  }
}

}  // namespace discovery_network_test
