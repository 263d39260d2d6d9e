// Limits of the ways to peers.
#pragma once

#include <chrono>
#include <cstddef>

#include <pappus/io/time.hpp>

namespace pappus::peer::limits {

using namespace std::chrono_literals;

/// Time to open a TCP connection without a proxy. One through a proxy has the times of `io::socks5_proxy`.
inline constexpr io::duration connect_timeout = 10s;
/// Time for a name look-up.
inline constexpr io::duration resolve_timeout = 20s;
/// Time for the TLS handshake of a private link, duration; the one of Grin's protocol follows, with a time of its own.
inline constexpr io::duration tls_handshake_timeout = 10s;
/// Worker threads that perform TLS handshakes at a time, count: the others are left to the store and to archives.
inline constexpr std::size_t max_tls_workers = 2;
/// Addresses of one preferred host name that are dialed, one after the other; count.
inline constexpr std::size_t max_addresses_per_name = 8;

}  // namespace pappus::peer::limits
