// Faults of disks: the store cannot be written.
#include <chrono>

#include "fault_kinds.hpp"
#include "network.hpp"

namespace chaos {

using namespace std::chrono_literals;

std::vector<fault_kind> faults_of_disks() {
  return {
      {"full_disk", "there is no room for more", one_node, no_level, false, 2min,
       [](network& in, const fault& which) { in.at(which.target).fill_disk(true); },
       [](network& in, const fault& which) { in.at(which.target).fill_disk(false); }},
      {"failing_disk", "writes and syncs fail", one_node, no_level, false, 2min,
       [](network& in, const fault& which) { in.at(which.target).fail_disk(true); },
       [](network& in, const fault& which) { in.at(which.target).fail_disk(false); }},
  };
}

}  // namespace chaos
