// Faults of the applications: half of the calls of their nodes are concerned.
#include <chrono>

#include "fault_kinds.hpp"
#include "network.hpp"

namespace chaos {

using namespace std::chrono_literals;

std::vector<fault_kind> faults_of_hosts() {
  return {
      {"throwing_host", "functions of the adapter throw", false, 2min,
       [](network& in, const fault& which) { ++in.at(which.target).host().mood.throwing; },
       [](network& in, const fault& which) { --in.at(which.target).host().mood.throwing; }},
      {"stalling_host", "functions of the adapter give their results when the fault ends", false, 2min,
       [](network& in, const fault& which) { ++in.at(which.target).host().mood.stalling; },
       [](network& in, const fault& which) {
         moods& mood = in.at(which.target).host().mood;
         if (--mood.stalling == 0) mood.resume();
       }},
      {"refusing_host", "functions of the adapter say no: ignored, not found, busy", false, 2min,
       [](network& in, const fault& which) { ++in.at(which.target).host().mood.refusing; },
       [](network& in, const fault& which) { --in.at(which.target).host().mood.refusing; }},
  };
}

}  // namespace chaos
