// Limits of a node as a whole.
#pragma once

#include <chrono>
#include <cstddef>

#include <pappus/io/time.hpp>

namespace pappus::peer::limits {

using namespace std::chrono_literals;

/// Frames sent to one peer, average per second. Grin bans a peer of which it counts more than 500 messages in a sliding
/// minute, and counts about 30 of its own idle time-outs among them.
inline constexpr double send_rate = 400.0 / 60;
/// Frames sent to one peer in one burst, count.
inline constexpr double send_burst = 60;

/// Maximum of both numbers of a `rate_limit`, frames a second or frames: as good as none.
inline constexpr double max_rate = 1e9;

/// Length of the node's own user agent, bytes. Bitcoin Core MAX_SUBVERSION_LENGTH; a Shake has room for 296.
inline constexpr std::size_t max_user_agent = 256;

/// Frames in a peer's send queue, as the duration of sending them at the rate limit. With so many announcements nothing
/// more is relayed to the peer; with so many responses and control messages none of its requests is answered.
inline constexpr io::duration max_send_backlog = 30s;

/// Time for an orderly shutdown of the node. What has not finished by then is abandoned, for example when a disk hangs.
inline constexpr io::duration shutdown_timeout = 5s;

/// All memory that peers make a node hold, bytes: arriving frames, send queues, the stempool, pending adapter calls.
inline constexpr std::size_t max_memory = 512 << 20;

/// Log lines of one category, average per second: one in ten seconds.
inline constexpr double log_rate = 0.1;
/// Log lines of one category in one burst, count: room for several when something begins.
inline constexpr double log_burst = 20;

/// Interval between two checks whether a limit has been reached.
inline constexpr io::duration limit_check_interval = 5s;
/// Interval between two warnings about the same limit.
inline constexpr io::duration limit_warning_interval = 10min;

}  // namespace pappus::peer::limits
