// State of the synchronization of the chain.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <pappus/peer/chain_tip.hpp>

namespace pappus::integration {

/// What the synchronization does, in the order in which a new node comes to it.
enum class sync_stage : std::uint8_t {
  waiting,     // for the application's tips, or for peers
  headers,     // a peer has more work than the header chain
  segments,    // a state is needed, and imported by segments
  archive,     // a state is needed, and downloaded as an archive
  validation,  // the application validates a state
  blocks,      // blocks of the header chain are missing
  following,   // nothing is missing
};

/// All of them.
inline constexpr std::array sync_stages{sync_stage::waiting,  sync_stage::headers,    sync_stage::segments,
                                        sync_stage::archive,  sync_stage::validation, sync_stage::blocks,
                                        sync_stage::following};

/// Name for logs, events and metrics.
[[nodiscard]] std::string_view to_string(sync_stage which) noexcept;

/// For the operator, and for the application to show.
struct sync_status {
  sync_stage stage = sync_stage::waiting;  // now
  peer::chain_tip body;                    // of the application's chain of blocks
  peer::chain_tip header;                  // of its header chain
  peer::chain_tip best;                    // the most work that a peer is believed to have
  std::size_t in_flight = 0;               // requests to peers
  std::size_t bytes = 0;             // of what is requested, as if each item were the largest, or waits to be imported
  std::uint64_t headers_wasted = 0;  // received and not imported
  std::uint64_t bytes_wasted = 0;    // of blocks and segments that were received and not imported
  std::uint64_t state_height = 0;    // of the state that is being imported; 0 if none is
  std::uint64_t state_leaves = 0;    // of that state, imported by segments
  std::uint64_t state_total_leaves = 0;  // as many as there will be; 0 while that is not known
  std::uint64_t archive_bytes = 0;       // of the archive that is being downloaded

  friend bool operator==(const sync_status&, const sync_status&) = default;
};

}  // namespace pappus::integration
