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
  waiting,    // for the application's tips, or for peers
  headers,    // a peer has more work than the header chain
  blocks,     // blocks of the header chain are missing
  following,  // nothing is missing
};

/// All of them.
inline constexpr std::array sync_stages{sync_stage::waiting, sync_stage::headers, sync_stage::blocks,
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
  std::size_t bytes = 0;  // of blocks that are requested, as if each were the largest, or wait to be imported
  std::uint64_t headers_wasted = 0;  // received and not imported
  std::uint64_t bytes_wasted = 0;    // of blocks that were received and not imported

  friend bool operator==(const sync_status&, const sync_status&) = default;
};

}  // namespace pappus::integration
