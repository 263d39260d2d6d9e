// Limits of the number of connections.
#pragma once

#include <chrono>
#include <cstddef>

#include <pappus/io/time.hpp>
#include <pappus/peer/session/limits.hpp>

namespace pappus::peer::limits {

using namespace std::chrono_literals;

/// Pause after a failed accept, for example for lack of descriptors, before the next attempt, duration.
inline constexpr io::duration accept_retry_delay = 100ms;
/// Cost of a handshake.
inline constexpr std::size_t handshake_cost = 100;

/// Descriptors that are not for connections, count: those of the store, the listener, the loop, archives, name look-ups
/// and the application.
inline constexpr std::size_t reserved_descriptors = 64;
/// Interval between two checks of the memory while the limit is exceeded.
inline constexpr io::duration memory_check_interval = 1s;

/// Interval between two passes of peer maintenance.
inline constexpr io::duration maintenance_interval = 30s;
/// Entries of the address book that are checked in one pass, count.
inline constexpr std::size_t max_addresses_checked = 1024;
/// Peers that are dialed first after a restart, count. Bitcoin Core MAX_BLOCK_RELAY_ONLY_ANCHORS.
inline constexpr std::size_t max_anchors = 2;
/// Duration for which a peer's chain may make no progress while other peers' chains do.
inline constexpr io::duration stuck_timeout = 2h;

// Two sessions that may be with one peer.

/// Time between the beginnings of two sessions up to which both peers may have dialed at once. Both nodes must have the
/// same, since each then keeps the session with the same nonce.
inline constexpr io::duration simultaneous_dial_window = 10s;
/// Duration for which the node observes over which of the two sessions the peer pings.
inline constexpr io::duration duplicate_timeout = 20s;
/// Start of that period in which pings do not count, duration: the peer sent them before it had both sessions.
inline constexpr io::duration duplicate_grace_period = 3s;
/// Additional wait of one of two nodes that want to keep different sessions, duration.
inline constexpr io::duration duplicate_yield_delay = 8s;

/// Inbound connections whose handshake is under way, count.
inline constexpr std::size_t max_pending_handshakes = 256;

/// Maximum of each of the numbers of `connection_limits`, count: more than a process may open descriptors.
inline constexpr std::size_t max_connections = 1'000'000;
/// Inbound peers, count. Grin PEER_MAX_INBOUND_COUNT.
inline constexpr std::size_t max_inbound = 128;
/// Inbound peers above `max_inbound` that stay for `listener_buffer_time`, count. Grin PEER_LISTENER_BUFFER_COUNT.
inline constexpr std::size_t max_listener_buffer = 8;
/// Outbound peers, count. Grin PEER_MAX_OUTBOUND_COUNT.
inline constexpr std::size_t max_outbound = 8;
/// Inbound peers from one IP address, count.
inline constexpr std::size_t max_inbound_per_address = 4;
/// Inbound peers at the listener of an onion service, count.
inline constexpr std::size_t max_inbound_onion = 32;
/// Outbound peers in one netgroup, count.
inline constexpr std::size_t max_outbound_per_netgroup = 1;
/// Dials of a family's addresses through a proxy that had no route to them, count, after which there is none to the
/// family, if there is no session with another one.
inline constexpr std::size_t unrouted_dials_by_proxy = 8;
/// Duration for which a listener-buffer connection stays before the inbound peers are cut down to their slots.
inline constexpr io::duration listener_buffer_time = 30s;

// Inbound peers that are protected from eviction when the inbound slots are full. Half of the others are protected for
// the length of their sessions.

/// Protected by keyed netgroup, count. Bitcoin Core: 4.
inline constexpr std::size_t protected_by_netgroup = 4;
/// Protected for the shortest ping, count. Bitcoin Core: 8.
inline constexpr std::size_t protected_by_ping = 8;
/// Protected for the latest new and valid transaction, count. Bitcoin Core: 4.
inline constexpr std::size_t protected_by_transactions = 4;
/// Protected for the latest new and valid block, count. Bitcoin Core: 4.
inline constexpr std::size_t protected_by_blocks = 4;

static_assert(duplicate_grace_period + 3 * ping_interval / 2 < duplicate_timeout);
static_assert(ping_interval + duplicate_timeout + duplicate_yield_delay < max_ping_suppression);

}  // namespace pappus::peer::limits
