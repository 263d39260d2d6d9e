// Limits of the adapter calls.
#pragma once

#include <chrono>
#include <cstddef>

#include <pappus/io/time.hpp>

namespace pappus::integration::limits {

using namespace std::chrono_literals;

/// Adapter calls for all peers that are pending, count.
inline constexpr std::size_t max_adapter_calls = 4096;
/// Adapter calls for one account that are pending, count.
inline constexpr std::size_t max_adapter_calls_per_account = 64;
/// Data to be validated by pending adapter calls for all peers, bytes.
inline constexpr std::size_t max_adapter_call_bytes = 128 << 20;
/// Data to be validated by pending adapter calls for one account, bytes.
inline constexpr std::size_t max_adapter_call_bytes_per_account = 8 << 20;
/// Divisor of the free room: one account holds at most this part of what is left.
inline constexpr std::size_t adapter_call_share = 16;
/// Time for an adapter call that looks something up. For those that validate or pack something it is
/// `peer::limits::validation_timeout`.
inline constexpr io::duration lookup_timeout = 20s;
/// Time for an adapter call that validates a whole state.
inline constexpr io::duration state_validation_timeout = 12h;

/// Further unrequested copies of an item, one for each account, that are kept while the adapter validates the first
/// one, count. They are used if the adapter rejects it.
inline constexpr std::size_t max_pending_copies = 2;

}  // namespace pappus::integration::limits
