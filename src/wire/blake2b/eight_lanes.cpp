// Blake2b of eight messages in the registers of AVX-512.
#include "lane_group.hpp"

#if PAPPUS_HASH_LANES
#include <immintrin.h>

#define PAPPUS_LANES 8
#define PAPPUS_LANES_TARGET "avx512f,avx512bw"
#define PAPPUS_LANES_NAMESPACE eight_lanes
#include "group_hasher.hpp"

namespace pappus::wire {

void hash_eight_lanes(const lane_group& group) noexcept { eight_lanes::hash_group(group); }

}  // namespace pappus::wire
#endif
