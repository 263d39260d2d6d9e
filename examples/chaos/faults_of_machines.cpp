// Faults of whole machines, their clocks and their descriptors.
#include <array>
#include <chrono>

#include <pappus/sim/machine.hpp>

#include "fault_kinds.hpp"
#include "network.hpp"

namespace chaos {
namespace {

using namespace std::chrono_literals;

void start_again(network& in, const fault& which) { in.at(which.target).up_again(); }

/// Of a clock, from seconds to a month, in either direction, by the level modulo 8.
io::duration jump_of(std::uint32_t level) {
  constexpr std::array<io::duration, 4> lengths{20s, 10min, 5h, 24h * 30};
  io::duration length = lengths[level / 2 % lengths.size()];
  return level % 2 == 0 ? length : -length;
}

void move_clock(network& in, const fault& which, int times) {
  sim::machine& machine = in.at(which.target).machine();
  machine.set_clock_offset(machine.clock_offset() + jump_of(which.level) * times);
}

}  // namespace

std::vector<fault_kind> faults_of_machines() {
  return {
      {"crash", "the process is killed; the machine resets its connections", one_node, no_level, false, 1min,
       [](network& in, const fault& which) { in.at(which.target).crash(sim::crash::reset); }, start_again},
      {"vanish", "the process is killed; the machine answers nothing", one_node, no_level, false, 1min,
       [](network& in, const fault& which) { in.at(which.target).crash(sim::crash::blackhole); }, start_again},
      {"power_loss", "the process is killed; its disk loses part of what was not synced", one_node,
       "of what was not synced, each sector is on the disk with a chance of LEVEL in 1000", false, 1min,
       [](network& in, const fault& which) { in.at(which.target).lose_power(which.level); }, start_again},
      {"stop", "the node is stopped in order", one_node, no_level, false, 1min,
       [](network& in, const fault& which) { in.at(which.target).stop(); }, start_again},
      {"old_store", "the process is killed; it starts with the store of some minutes ago", one_node, no_level, false,
       1min, [](network& in, const fault& which) { in.at(which.target).crash_and_restore(); }, start_again},
      {"clock_jump", "the clock of the machine is wrong, until the fault ends", one_node,
       "modulo 8: 0, 2, 4, 6 put it 20 s, 10 min, 5 h, 30 days forward; 1, 3, 5, 7 as much back", false, 5min,
       [](network& in, const fault& which) { move_clock(in, which, 1); },
       [](network& in, const fault& which) { move_clock(in, which, -1); }},
      {"no_descriptors", "nothing can be connected or accepted", one_node, no_level, false, 1min,
       [](network& in, const fault& which) { in.at(which.target).exhaust_descriptors(true); },
       [](network& in, const fault& which) { in.at(which.target).exhaust_descriptors(false); }},
      {"hung_workers", "work for worker threads makes no progress", one_node, no_level, false, 1min,
       [](network& in, const fault& which) { in.at(which.target).hang_workers(true); },
       [](network& in, const fault& which) { in.at(which.target).hang_workers(false); }},
  };
}

}  // namespace chaos
