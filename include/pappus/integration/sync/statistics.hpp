// Statistics of the synchronization of the chain.
#pragma once

#include <cstdint>

#include <pappus/integration/bridge/chain_import.hpp>
#include <pappus/integration/bridge/sync_status.hpp>
#include <pappus/peer/enum_counters.hpp>

namespace pappus::integration {

/// Counted from the node's start on.
struct sync_statistics {
  /// Calls by their result.
  using import_counts = peer::enum_counters<import_result::failed>;

  sync_status status;                   // now
  std::uint64_t headers_received = 0;   // also those that were not imported
  std::uint64_t blocks_received = 0;    // likewise
  std::uint64_t segments_received = 0;  // of states, likewise
  std::uint64_t archives_received = 0;  // whole and undamaged
  std::uint64_t bytes_received = 0;     // of headers, blocks and segments
  std::uint64_t unanswered = 0;         // requests without a response
  import_counts header_imports;         // calls of the application with a batch of headers, by result
  import_counts block_imports;          // calls of the application with a block, by result
  import_counts segment_imports;        // calls of the application with a segment, by result
  import_counts state_imports;          // calls of the application to validate a state of segments, or with an archive
  std::uint64_t disconnected = 0;       // peers that were of no use
};

}  // namespace pappus::integration
