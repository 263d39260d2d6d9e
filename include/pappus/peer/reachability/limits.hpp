// Limits of what a node learns of where it is reached.
#pragma once

#include <chrono>
#include <cstddef>

#include <pappus/io/time.hpp>

namespace pappus::peer::limits {

using namespace std::chrono_literals;

/// Netgroups of inbound peers that must agree on the address that they have dialed before it is believed, count, and
/// more than half of all that have said one. go-libp2p believes as many single addresses (ActivationThresh),
/// go-ethereum ten (iptrackMinStatements); each of these votes needs a netgroup of its own.
inline constexpr std::size_t min_address_votes = 4;
/// Netgroups whose votes are kept, of each family, count. Of more the one that has voted longest ago is dropped.
inline constexpr std::size_t max_address_votes = 128;
/// Time for which a vote counts since it was last repeated. An address that a provider has changed is forgotten after
/// it.
inline constexpr io::duration address_vote_lifetime = 24h;

/// Time without an inbound peer from the Internet after which a node counts as unreachable. One that others know of is
/// dialed many times in that: they have outbound slots to fill, and test addresses.
inline constexpr io::duration reachable_window = 3h;

/// Interval between two looks at the default gateways, and at what has expired.
inline constexpr io::duration reachability_check_interval = 1min;

}  // namespace pappus::peer::limits
