// Limits of private broadcast.
#pragma once

#include <chrono>
#include <cstddef>

#include <pappus/io/time.hpp>

namespace pappus::peer::limits {

using namespace std::chrono_literals;

/// Transactions that are broadcast privately, count. Bitcoin Core PrivateBroadcast::MAX_TRANSACTIONS.
inline constexpr std::size_t max_private_transactions = 10'000;
/// Transactions that are broadcast privately, bytes.
inline constexpr std::size_t max_private_bytes = 128 << 20;
/// Connections of private broadcast that are open or being made, count.
inline constexpr std::size_t max_private_connections = 32;

/// Peers that are dialed for one connection of a round until one of them can be told, count.
inline constexpr std::size_t max_private_dials = 8;
/// Time of one connection, from the connection that the proxy has made to the end.
inline constexpr io::duration private_connection_timeout = 1min;
/// Bytes that are read of one connection.
inline constexpr std::size_t max_private_reply_bytes = 1 << 20;
/// Messages that are read of one connection, count.
inline constexpr std::size_t max_private_reply_frames = 256;

/// Netgroups of the node's outbound peers that must have advertised an address on the Internet before the peer there is
/// told, count: two of 8 outbound peers may be one attacker's. The node asks each of them for addresses at first.
inline constexpr std::size_t min_advertising_netgroups = 3;

/// Peers that are remembered as told of one transaction, count; of more the latest.
inline constexpr std::size_t max_told_peers = 128;

/// Shortest and longest pause after a told peer has sent the transaction back, before others are told. The node has
/// relayed it by then, as any other would. Who is told, sends it to one node alone and is told again, learns something
/// only if it is in no block for so long.
inline constexpr io::duration min_echo_pause = 6h;
inline constexpr io::duration max_echo_pause = 12h;

/// Shortest and longest time from the start of a node to the next round of what an earlier run has broadcast, if it was
/// due before: the node has found peers by then. At most the first pause between rounds.
inline constexpr io::duration min_resume_delay = 30s;
inline constexpr io::duration max_resume_delay = 90s;

/// Longest time of an option of private broadcast.
inline constexpr io::duration max_private_delay = 24h;
/// Connections of one round that may be set, count.
inline constexpr std::size_t max_round_connections = 16;

}  // namespace pappus::peer::limits
