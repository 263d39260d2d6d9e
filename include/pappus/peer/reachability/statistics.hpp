// Statistics of how a node is reached.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace pappus::peer {

/// Whether peers on the Internet reach the node.
enum class reachability_state : std::uint8_t {
  unknown,  // none has connected yet, and not enough time has passed to tell
  no,       // none has connected for `limits::reachable_window`
  yes,      // one has connected within it
};

/// All of them.
inline constexpr std::array reachability_states{reachability_state::unknown, reachability_state::no,
                                                reachability_state::yes};

/// Name for logs and metrics.
[[nodiscard]] constexpr const char* to_string(reachability_state state) noexcept {
  switch (state) {
    case reachability_state::unknown: return "unknown";
    case reachability_state::no: return "no";
    case reachability_state::yes: return "yes";
  }
  return "unknown";
}

/// Counters and gauges of reachability.
struct reachability_statistics {
  reachability_state state = reachability_state::unknown;  // now
  std::uint64_t inbound = 0;                               // handshakes of inbound peers from the Internet
  std::size_t address_votes = 0;       // netgroups that say at which address they have dialed the node, now
  std::size_t mapped_by_pcp = 0;       // ports that a gateway maps now
  std::size_t mapped_by_nat_pmp = 0;   // the same
  std::uint64_t mappings = 0;          // times that a gateway has mapped a port anew, or elsewhere
  std::uint64_t mapping_failures = 0;  // times that it has not
};

}  // namespace pappus::peer
