// Limits of transaction requests.
#pragma once

#include <chrono>
#include <cstddef>

#include <pappus/io/time.hpp>
#include <pappus/peer/accounts/limits.hpp>
#include <pappus/peer/limits.hpp>
#include <pappus/peer/session/limits.hpp>

namespace pappus::peer::limits {

using namespace std::chrono_literals;

/// Time for a requested transaction to arrive before it is requested from other announcers. Grin sends requested
/// transactions 150 ms apart.
inline constexpr io::duration tx_request_timeout = 3s;

/// Duration for which a request to an inbound peer holds back a request to an outbound peer that has announced the same
/// transaction.
inline constexpr io::duration max_preferred_delay = 1s;

/// Duration for which failed requests for a transaction are remembered after no announcer is left to be requested from.
inline constexpr io::duration failed_request_lifetime = 1min;

/// Transaction requests under way to one peer, count. As many as Grin answers within `tx_request_timeout`, and so few
/// that none of them waits long for the send rate limit.
inline constexpr std::size_t max_tx_requests_per_peer = 16;

/// Announcements remembered of one peer, count; more are ignored. As many as it may send in one burst, and some more.
/// (Bitcoin Core's MAX_PEER_TX_ANNOUNCEMENTS is 5000.)
inline constexpr std::size_t max_announcements_per_peer = 512;

/// Concurrent requests for one transaction, count. A power of two: their number doubles from one up to this.
inline constexpr std::size_t max_parallel_requests = 32;

/// Silence scores remembered, count of accounts.
inline constexpr std::size_t max_silence_scores = 4096;
/// Duration in which a silence score halves.
inline constexpr io::duration silence_half_life = 10min;
/// Highest silence score. It decays to nothing within seven half-lives.
inline constexpr double max_silence_score = 64;
/// Delay of an announcement behind those of other peers, duration for each level of the silence score (8 levels at
/// most).
inline constexpr io::duration silence_delay = 250ms;

// The node's requests alone never fill a send queue.
static_assert(max_pending_requests + max_tx_requests_per_peer < send_rate * (max_send_backlog / 1s));
static_assert(max_announcements_per_peer >= receive_burst);

}  // namespace pappus::peer::limits
