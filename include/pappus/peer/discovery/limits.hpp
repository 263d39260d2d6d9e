// Limits of dials and look-ups.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include <pappus/io/time.hpp>

namespace pappus::peer::limits {

using namespace std::chrono_literals;

/// Interval between two dials of one address.
inline constexpr std::chrono::seconds redial_interval = 30s;
/// Dials, average per second.
inline constexpr double dial_rate = 4;
/// Dials in one burst, count.
inline constexpr double dial_burst = 16;
/// Addresses dialed recently of which a search that has found no other takes the one that has failed least, count.
inline constexpr std::size_t redial_candidates = 16;
/// First pause of the search, duration. It grows with each further pause.
inline constexpr io::duration min_search_pause = 1s;
/// Longest pause of the search, duration.
inline constexpr io::duration max_search_pause = 20s;

/// Consecutive dials without an answer, while no byte arrives from any peer either, after which the network is
/// considered down; count.
inline constexpr std::size_t max_unanswered_dials = 12;

/// Mean interval between two feelers. Bitcoin Core FEELER_INTERVAL.
inline constexpr io::duration feeler_interval = 2min;
/// Mean interval between two feelers while there are fewer than `tried_target` tried addresses. So few of them make
/// each one important.
inline constexpr io::duration initial_feeler_interval = 10s;

/// Time for which a peer that claims more work than all others is given an extra slot to prove it.
inline constexpr io::duration ahead_trial_time = 5min;
/// Interval between two checks whether it has.
inline constexpr io::duration ahead_check_interval = 10s;

/// Reciprocal share of those searches without any other result that dial an endpoint claimed by an inbound peer.
inline constexpr std::uint64_t claimed_dial_divisor = 16;

/// Mean interval between two replacements of an outbound peer. With all slots taken each peer stays for sixteen hours
/// on average.
inline constexpr io::duration outbound_rotation_interval = 2h;

/// Addresses accepted from one seed's answer, count.
inline constexpr std::size_t max_addresses_per_seed = 256;
/// Duration for which stored addresses are tried before seeds are queried.
inline constexpr io::duration seed_delay = 30s;
/// Outbound peers below which seeds are queried, count.
inline constexpr std::size_t seed_threshold = 2;
/// Duration of a session with a seed whose name a proxy looks up, if there are `enough_addresses`.
inline constexpr io::duration seed_session_time = 1min;
/// Addresses with which a node needs no seed as a peer, count.
inline constexpr std::size_t enough_addresses = 16;
/// First interval between two queries of the seeds, duration.
inline constexpr io::duration min_seed_interval = 1min;
/// Longest interval between two queries of the seeds, duration.
inline constexpr io::duration max_seed_interval = 1h;

/// Length of a session with a preferred peer after which the backoff between attempts is reset, duration.
inline constexpr io::duration stable_session_time = 30s;
/// Interval between two checks whether a preferred peer that has dialed the node is still connected.
inline constexpr io::duration preferred_check_interval = 10s;

}  // namespace pappus::peer::limits
