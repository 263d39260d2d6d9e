// Blake2b of several messages in the lanes of vector registers: lane i of each register belongs to message i.
//
// Each number of lanes is a source of its own, which sets its parameters and includes group_hasher.hpp. Such code must
// run only on CPUs that have the instructions. Therefore it calls no inline function that other sources have, too, of
// which the linker could keep the copy with these instructions: a group has plain arrays.
#pragma once

#include <cstddef>
#include <cstdint>

// g++ for Windows misaligns vectors of 32 and 64 bytes on the stack (GCC bug 54412).
#if defined(__x86_64__) && defined(__GNUC__) && !defined(_WIN32)
#define PAPPUS_HASH_LANES 1
#else
#define PAPPUS_HASH_LANES 0
#endif

namespace pappus::wire {

/// As many messages as there are lanes. The lanes are in use for as long as the longest message needs.
struct lane_group {
  static constexpr std::size_t max_lanes = 8;

  const std::byte* messages[max_lanes];  // null only if empty
  std::uint64_t sizes[max_lanes];        // of the messages, bytes
  std::uint64_t longest;                 // the largest of the sizes
  std::byte* hashes[max_lanes];          // 32 bytes each; may be the same for the same message
};

#if PAPPUS_HASH_LANES
void hash_two_lanes(const lane_group& group) noexcept;    // needs SSSE3
void hash_four_lanes(const lane_group& group) noexcept;   // needs AVX2
void hash_eight_lanes(const lane_group& group) noexcept;  // needs AVX-512F and BW
#endif

}  // namespace pappus::wire
