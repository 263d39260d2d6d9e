// Faults of the network: cuts, and links that are slow or drop connections.
#include <algorithm>
#include <chrono>
#include <map>
#include <string_view>

#include <pappus/mix64.hpp>
#include <pappus/sim/world.hpp>

#include "fault_kinds.hpp"
#include "network.hpp"

namespace chaos {
namespace {

using namespace std::chrono_literals;

bool is_kind(const fault& which, std::string_view name) { return fault_kinds()[which.kind].name == name; }

/// Whether a partition has this machine on its island. The level is in the draw as well as in the chance, so a higher
/// one does not have all machines of a lower one.
bool on_island(const fault& which, std::size_t number) {
  const std::uint64_t drawn = pappus::mix64((std::uint64_t{which.target} << 32 | which.level) * 1000 + number) % 1000;
  return drawn < 20 + which.level / 2;  // 2% to a half
}

/// Partitions and cut machines: which machines can reach each other, by the same key.
std::uint64_t part_of(network& in, std::size_t number) {
  std::uint64_t key = 1;
  for (const fault& each : in.active()) {
    if (is_kind(each, "partition")) key = pappus::mix64(key) + (on_island(each, number) ? 1 : 0);
    if (is_kind(each, "cut_off")) key = pappus::mix64(key) + (each.target == number ? 1 : 0);
  }
  return key;
}

/// Cuts what the faults under way cut, and nothing else.
void update_cuts(network& in, const fault& /*changed*/) {
  sim::world& world = in.world();
  world.heal();
  std::map<std::uint64_t, std::vector<sim::machine*>> parts;
  for (const auto& each : world.machines()) parts[part_of(in, each->index())].push_back(each.get());
  if (parts.size() != 1) {
    for (const auto& [key, machines] : parts) world.partition(machines);
  }
  for (const fault& each : in.active()) {
    if (!is_kind(each, "one_way_cut")) continue;
    sim::machine& target = in.at(each.target).machine();
    for (const auto& other : world.machines()) {
      if (other.get() == &target) continue;
      if (each.level % 2 == 0) world.cut_one_way(target, *other);
      else world.cut_one_way(*other, target);
    }
  }
}

/// The links of a machine as the faults under way make them.
void update_links(network& in, const fault& changed) {
  sim::world& world = in.world();
  sim::machine& target = in.at(changed.target).machine();
  sim::link way = world.options().default_link;
  for (const fault& each : in.active()) {
    if (each.target != changed.target) continue;
    if (is_kind(each, "slow_link")) way.latency = std::max<io::duration>(way.latency, 100ms * (1 + each.level / 10));
    if (is_kind(each, "narrow_link")) way.bandwidth = 1000 + 40 * std::uint64_t{each.level};
    if (is_kind(each, "crumbling_link")) way.max_segment = 1 + each.level / 10;
  }
  for (const auto& other : world.machines()) {
    if (other.get() != &target) world.set_link(target, *other, way);
  }
}

template <class Function>
void with_some(network& in, const fault& which, Function then) {
  sim::machine& target = in.at(which.target).machine();
  for (const auto& other : in.world().machines()) {
    if (other.get() != &target && pappus::mix64(which.level + 1000 * other->index()) % 1000 < 200 + which.level) {
      then(in.world(), target, *other);
    }
  }
}

/// The end of what lasts no longer than its beginning.
void at_once(network& /*in*/, const fault& /*which*/) {}

constexpr const char* one_end = "the node whose links are concerned";
constexpr const char* share_of_others =
    "each other machine is concerned with a chance of 20% (0) to 100% (from 800 on); another LEVEL draws again";

}  // namespace

std::vector<std::size_t> island_of(const fault& partition, std::size_t machines) {
  std::vector<std::size_t> island;
  for (std::size_t number = 0; number != machines; ++number) {
    if (on_island(partition, number)) island.push_back(number);
  }
  return island;
}

std::vector<fault_kind> faults_of_the_network() {
  return {
      {"partition", "the network is cut in two: some machines are on an island",
       "a number that draws, with LEVEL, who is on the island",
       "each machine is on it with a chance of 2% (0) to 52% (999); another LEVEL draws again; among few machines the "
       "island may be empty, and nothing is cut: --print-plan shows it",
       false, 3min, update_cuts, update_cuts},
      {"cut_off", "one machine is cut off from all others", one_node, no_level, false, 1min, update_cuts, update_cuts},
      {"one_way_cut", "what a machine sends does not arrive, or what it is sent", one_node,
       "even: what it sends is held back; odd: what it is sent", false, 1min, update_cuts, update_cuts},
      {"slow_link", "the links of a machine are slow", one_end, "latency of 0.1 s (0) to 10 s (999)", false, 2min,
       update_links, update_links},
      {"narrow_link", "the links of a machine are narrow", one_end,
       "1 kB (0) to 41 kB (999) a second with each other machine", false, 2min, update_links, update_links},
      {"crumbling_link", "bytes arrive in small pieces", one_end, "of at most 1 (0) to 100 (999) bytes", false, 2min,
       update_links, update_links},
      {"resets", "connections of a machine are reset", one_end, share_of_others, false, 1s,
       [](network& in, const fault& which) {
         with_some(in, which, [](auto& world, auto& one, auto& other) { world.reset(one, other); });
       },
       at_once},
      {"half_open", "connections of a machine carry nothing any more", one_end, share_of_others, false, 1s,
       [](network& in, const fault& which) {
         with_some(in, which, [](auto& world, auto& one, auto& other) { world.blackhole(one, other); });
       },
       at_once},
  };
}

}  // namespace chaos
