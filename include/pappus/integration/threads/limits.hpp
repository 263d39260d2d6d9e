// Limits of the queues between the loop and other threads.
#pragma once

#include <cstddef>

namespace pappus::integration::limits {

/// Calls from other threads that wait to be made on the loop, count.
inline constexpr std::size_t max_queued_calls = 4096;
/// Adapter results from other threads that wait to be delivered on the loop, count.
inline constexpr std::size_t max_queued_results = 1 << 16;

}  // namespace pappus::integration::limits
