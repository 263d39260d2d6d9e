// Limits of the ways to peers.
#pragma once

#include <chrono>

#include <pappus/io/time.hpp>

namespace pappus::peer::limits {

using namespace std::chrono_literals;

/// Time to open a TCP connection without a proxy. One through a proxy has the times of `io::socks5_proxy`.
inline constexpr io::duration connect_timeout = 10s;
/// Time for a name look-up.
inline constexpr io::duration resolve_timeout = 20s;

}  // namespace pappus::peer::limits
