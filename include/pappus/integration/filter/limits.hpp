// Limits of the filters.
#pragma once

#include <chrono>
#include <cstddef>

#include <pappus/io/time.hpp>

namespace pappus::integration::limits {

using namespace std::chrono_literals;

/// Traffic that the filters are made for, hashes per second.
inline constexpr double filter_rate = 1;
/// Duration for which the filter of what a peer has remembers hashes at that traffic.
inline constexpr io::duration known_filter_window = 20min;
/// False positive rate of the filter of what a peer has, probability.
inline constexpr double known_filter_error = 1e-4;
/// Duration for which the filter of what the application has remembers hashes at that traffic.
inline constexpr io::duration application_filter_window = 20min;
/// False positive rate of the filter of what the application has, probability.
inline constexpr double application_filter_error = 1e-6;
/// Maximum size of one filter, bytes.
inline constexpr std::size_t max_filter_bytes = 64 << 20;

}  // namespace pappus::integration::limits
