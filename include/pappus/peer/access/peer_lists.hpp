// The operator's lists of peers.
#pragma once

#include <vector>

#include <pappus/io/endpoint_range.hpp>

namespace pappus::peer {

/// The operator's lists. Peers in `deny` are neither accepted nor dialed; if `allow` is not empty, only its peers are.
/// A peer in `prefer` is accepted even when all slots are taken, and is never evicted; if the node has dialed it, the
/// node does not ban it either. The preference covers one session at a time for each entry and address in it: one
/// that the node has dialed at that port, or else an inbound one from that address, whatever port its peer claims.
struct peer_lists {
  std::vector<io::endpoint_range> deny = {};    // neither accepted nor dialed
  std::vector<io::endpoint_range> allow = {};   // if not empty, no others are
  std::vector<io::endpoint_range> prefer = {};  // always have room, and are not evicted
};

}  // namespace pappus::peer
