// The state of the chain at a block (txhashset), as the application imports it.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <pappus/wire/hash.hpp>
#include <pappus/wire/messages/segments.hpp>
#include <pappus/wire/segment.hpp>

namespace pappus::integration {

/// A state that the application needs: the blocks that it misses are so many that peers do not keep them all.
struct state_target {
  wire::hash block;                // of the header chain, whose state it is
  std::uint64_t height = 0;        // of that block
  bool by_segments = true;         // whether it can be imported by segments; otherwise by an archive only
  std::uint64_t served_from = 0;   // the lowest height of a peer's chain at which the peer serves this state
  std::uint64_t served_until = 0;  // the highest

  friend bool operator==(const state_target&, const state_target&) = default;
};

/// A segment of one of the state's MMRs.
struct segment_name {
  wire::messages::segment_type type = wire::messages::segment_type::output_bitmap;  // the MMR
  wire::segment_identifier id;                                                      // in that MMR

  friend bool operator==(const segment_name&, const segment_name&) = default;
};

/// How far the import of a state by segments is.
struct state_progress {
  bool complete = false;             // all segments are there: the state can be validated
  std::uint64_t leaves = 0;          // of all MMRs that are in place
  std::uint64_t total_leaves = 0;    // as many as there will be
  std::vector<segment_name> wanted;  // segments that are to be imported, the most urgent first
};

/// A segment that a peer has sent. Copies share the same memory.
using any_segment = std::variant<wire::messages::output_bitmap_segment, wire::messages::output_segment,
                                 wire::messages::range_proof_segment, wire::messages::kernel_segment>;

/// An archive that a peer has sent: a zip file that has been checked to have only files of a state, undamaged.
struct state_archive {
  wire::hash block;          // whose state it is, as the peer says; perhaps not the requested one
  std::uint64_t height = 0;  // of that block, as the peer says
  std::string path;          // of the file, which is removed after the import
};

}  // namespace pappus::integration
