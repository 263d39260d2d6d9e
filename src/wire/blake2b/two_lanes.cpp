// Blake2b of two messages in the registers that every x86-64 CPU has, with the shuffles of SSSE3.
#include "lane_group.hpp"

#if PAPPUS_HASH_LANES
#define PAPPUS_LANES 2
#define PAPPUS_LANES_TARGET "ssse3"
#define PAPPUS_LANES_NAMESPACE two_lanes
#include "group_hasher.hpp"

namespace pappus::wire {

void hash_two_lanes(const lane_group& group) noexcept { two_lanes::hash_group(group); }

}  // namespace pappus::wire
#endif
