// Limits of address relay.
#pragma once

#include <chrono>
#include <cstddef>

#include <pappus/io/time.hpp>

namespace pappus::peer::limits {

using namespace std::chrono_literals;

/// Share of the tried addresses that a response to an address request is taken from, percent. Bitcoin Core
/// MAX_PCT_ADDR_TO_SEND.
inline constexpr std::size_t addr_sample_percent = 23;
/// Least size of that sample, count, where `addr_sample_percent` gives less.
inline constexpr std::size_t min_addr_sample = 8;
/// Shortest duration for which the sample stays the same. Each one's is drawn anew, so that those of two listeners
/// change at times of their own. Bitcoin Core CConnman::GetAddresses.
inline constexpr io::duration min_addr_sample_lifetime = 21h;
/// Longest duration of the same.
inline constexpr io::duration max_addr_sample_lifetime = 27h;
/// Duration for which a sample of fewer than `min_addr_sample` stays the same.
inline constexpr io::duration small_addr_sample_lifetime = 1min;

}  // namespace pappus::peer::limits
