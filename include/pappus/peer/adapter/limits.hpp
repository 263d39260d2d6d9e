// Limits of the adapter's answers on which the peer level depends.
#pragma once

#include <chrono>

#include <pappus/io/time.hpp>

namespace pappus::peer::limits {

using namespace std::chrono_literals;

/// Time for an adapter call that validates or packs something.
inline constexpr io::duration validation_timeout = 10min;
/// Duration for which the adapter's result for a transaction of the node's own is accepted. The adapter is called again
/// after `validation_timeout`, or `validation_retry_delay` after it gave no result.
inline constexpr io::duration own_validation_timeout = 1h;
/// Time until the adapter is called again about a transaction of the node's own for which it gave no result.
inline constexpr io::duration validation_retry_delay = 10s;

}  // namespace pappus::peer::limits
