// Limits of misbehavior and bans.
#pragma once

#include <chrono>

namespace pappus::peer::limits {

using namespace std::chrono_literals;
/// Misbehavior points for a frame that did not arrive in time.
inline constexpr double receive_timeout_score = 40;
/// Misbehavior points for a claim of more work than the peer gives headers for, again and again: no proof, since its
/// chain may have been reorganized.
inline constexpr double overstating_score = 40;
/// Misbehavior points for data that the adapter rejects.
inline constexpr double rejection_score = 20;

/// Length of a ban by default, duration. Grin BAN_WINDOW.
inline constexpr std::chrono::hours default_ban_time = 3h;
/// Longest ban, duration. A longer one makes no difference, and no time overflows.
inline constexpr std::chrono::hours max_ban_time = 24h * 365 * 100;

}  // namespace pappus::peer::limits
