// Eviction: selects an inbound peer to disconnect when there are too many.
//
// As in Bitcoin Core (src/node/eviction.cpp): an attacker that fills the slots can be good at a few of these criteria,
// but hardly at all of them. So some of the best by each criterion are protected; of the rest, the largest netgroup
// loses a peer.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <pappus/io/endpoint.hpp>
#include <pappus/io/time.hpp>

namespace pappus::peer {

struct eviction_candidate {
  std::uint64_t id = 0;
  ip_address address;
  std::uint64_t keyed_netgroup = 0;           // unpredictable from outside
  io::duration ping = io::duration::max();    // shortest so far
  std::optional<io::time_point> transaction;  // when the peer last sent a new and valid one
  std::optional<io::time_point> block;        // likewise
  io::time_point since;                       // start of its session
  bool discouraged = false;                   // it has misbehaved, or another peer at its address has
};

/// The id of the youngest peer of the largest netgroup, after protection of the best by netgroup, ping, transactions,
/// blocks and then age. Those without an address, of an onion service, are one netgroup, which protects none. If there
/// are discouraged ones among the unprotected, only these are considered. Nothing if all are protected. O(n log n).
[[nodiscard]] std::optional<std::uint64_t> choose_for_eviction(std::vector<eviction_candidate> from);

}  // namespace pappus::peer
