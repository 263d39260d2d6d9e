// Limits of an account: of an address or of a dialed endpoint, over all its sessions.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include <pappus/io/time.hpp>

namespace pappus::peer::limits {

using namespace std::chrono_literals;

/// Responses to one account (an address or a dialed endpoint) in each `upload_interval`, bytes: blocks, headers,
/// segments and transactions. Archives are not counted.
inline constexpr std::uint64_t max_upload_bytes = 64 << 20;
/// Duration in which `max_upload_bytes` are allowed.
inline constexpr io::duration upload_interval = 10min;
/// Interval between two archives sent to one account.
inline constexpr io::duration archive_upload_interval = 2h;

/// Address requests (GetPeerAddrs) of one peer, average per second.
inline constexpr double addr_request_rate = 1.0 / 60;
/// Unrequested addresses accepted from one account, average per second. Bitcoin Core MAX_ADDR_RATE_PER_SECOND.
inline constexpr double addr_rate = 0.1;
/// Unrequested addresses accepted from one account in one burst, count.
inline constexpr double addr_burst = 10;

/// Interval between two address requests to one account. Slightly longer than pappus peers require.
inline constexpr io::duration addr_request_interval = 70s;

/// Messages accepted from one peer, average per second. Grin allows 500 in a minute; more are misbehavior.
inline constexpr double receive_rate = 500.0 / 60;
/// Messages accepted from one peer in one burst, count.
inline constexpr double receive_burst = 500;

/// Duration in which misbehavior points halve.
inline constexpr io::duration misbehavior_half_life = 10min;
/// Misbehavior points at which an account is discouraged, or a session with so many of its own is disconnected.
inline constexpr double discouragement_score = 100;

/// Refusal of an address after it was discouraged for the first time, duration. An address that reconnects at once and
/// misbehaves at once is accepted 9 times in the first 8 and a half minutes, and then 12 times an hour.
inline constexpr io::duration min_refusal_time = 1s;
/// Longest refusal of a discouraged address, duration.
inline constexpr io::duration max_refusal_time = 300s;
/// Duration in which the length that the next refusal is computed from halves.
inline constexpr io::duration refusal_half_life = 1h;

/// Accounts of addresses without a session that have something to remember, count. With more of them the accounts of a
/// netgroup are merged.
inline constexpr std::size_t max_accounts = 4096;
/// Accounts of dialed endpoints without a session that have something to remember, count. With more of them some are
/// forgotten.
inline constexpr std::size_t max_dialed_accounts = 1024;
/// Accounts checked each time that another one is opened, to close those with nothing left to remember; count.
inline constexpr std::size_t max_accounts_checked = 4;

}  // namespace pappus::peer::limits
