// Faults of the applications: half of the calls of their nodes are concerned.
#include <chrono>

#include "fault_kinds.hpp"
#include "network.hpp"

namespace chaos {

using namespace std::chrono_literals;

std::vector<fault_kind> faults_of_hosts() {
  return {
      {"throwing_host", "half of the calls of the adapter throw", one_node, no_level, false, 2min,
       [](network& in, const fault& which) { ++in.at(which.target).host().faults.throwing; },
       [](network& in, const fault& which) { --in.at(which.target).host().faults.throwing; }},
      {"stalling_host", "half of the calls of the adapter give their results when the fault ends", one_node, no_level,
       false, 2min, [](network& in, const fault& which) { ++in.at(which.target).host().faults.stalling; },
       [](network& in, const fault& which) {
         host_faults& faults = in.at(which.target).host().faults;
         if (--faults.stalling == 0) faults.resume();
       }},
      {"refusing_host", "half of the calls of the adapter say no: ignored, not found, busy", one_node, no_level, false,
       2min, [](network& in, const fault& which) { ++in.at(which.target).host().faults.refusing; },
       [](network& in, const fault& which) { --in.at(which.target).host().faults.refusing; }},
  };
}

}  // namespace chaos
