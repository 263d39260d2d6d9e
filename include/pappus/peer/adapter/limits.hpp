// Limits of the adapter's answers on which the peer level depends.
#pragma once

#include <chrono>

#include <pappus/io/time.hpp>

namespace pappus::peer::limits {

using namespace std::chrono_literals;

/// Time for an adapter call that validates or packs something.
inline constexpr io::duration validation_timeout = 10min;

}  // namespace pappus::peer::limits
