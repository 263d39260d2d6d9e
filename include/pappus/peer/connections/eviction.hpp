// Which inbound peer leaves when there are too many.
//
// The way of Bitcoin Core (src/node/eviction.cpp): whoever attacks by filling the slots can be good at a few of these
// things, but hardly at all of them, so that some of the best at each are safe; of the rest the largest netgroup pays.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <pappus/io/endpoint.hpp>
#include <pappus/io/time.hpp>

namespace pappus::peer {

struct eviction_candidate {
  std::uint64_t id = 0;
  io::ipv4_address address;
  std::uint64_t keyed_netgroup = 0;           // a number that nobody outside can foresee
  io::duration ping = io::duration::max();    // the shortest so far
  std::optional<io::time_point> transaction;  // when it last brought one that was new and valid
  std::optional<io::time_point> block;        // likewise
  io::time_point since;                       // when its session began
  bool discouraged = false;                   // it has misbehaved, or another behind its address has
};

/// The youngest peer of the largest netgroup, once the best by netgroup, ping, transactions, blocks and then age are
/// set aside; of those that are left, discouraged ones go first. Nothing if nobody is left. O(n log n).
[[nodiscard]] std::optional<std::uint64_t> choose_for_eviction(std::vector<eviction_candidate> from);

}  // namespace pappus::peer
