// Blake2b of four messages in the registers of AVX2.
#include "lane_group.hpp"

#if PAPPUS_HASH_LANES
#define PAPPUS_LANES 4
#define PAPPUS_LANES_TARGET "avx2"
#define PAPPUS_LANES_NAMESPACE four_lanes
#include "group_hasher.hpp"

namespace pappus::wire {

void hash_four_lanes(const lane_group& group) noexcept { four_lanes::hash_group(group); }

}  // namespace pappus::wire
#endif
