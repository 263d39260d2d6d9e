// Limits of Dandelion.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include <pappus/io/time.hpp>

namespace pappus::peer::limits {

using namespace std::chrono_literals;

/// Transactions of other nodes in the stempool, count; the node's own have a limit of the same size.
inline constexpr std::size_t max_stempool_transactions = 100'000;
/// Transactions of other nodes in the stempool, bytes; the node's own have a limit of the same size.
inline constexpr std::size_t max_stempool_bytes = 128 << 20;
/// Transactions of one peer in the stempool, count; also those of one peer that wait for their route.
inline constexpr std::size_t max_stempool_per_peer = 2'000;
/// Peers remembered as senders of one stem transaction, count.
inline constexpr std::size_t max_stem_sources = 32;

/// Stem transactions that one address may send in an epoch, count: one per second on average.
inline constexpr std::size_t max_stems_per_address = 600;
/// Stem transactions that one address may send in an epoch, bytes.
inline constexpr std::size_t max_stem_bytes_per_address = 8 << 20;
/// Addresses whose stem transactions are counted, count. As many netgroups of further addresses are counted, too.
inline constexpr std::size_t max_stem_accounts = 4096;

/// Stem transactions of other nodes queued to one relay, count. More wait, so that a transaction of the node's own
/// never has more of them before it.
inline constexpr std::size_t max_stems_in_flight = 4;
/// Interval between two checks whether waiting stem transactions can be sent.
inline constexpr io::duration stem_retry_interval = 250ms;

/// Transactions of the stempool that are processed in one turn, count.
inline constexpr std::size_t max_stems_per_turn = 64;

/// Maximum lag of a relay behind the node's own tip, blocks. Grin relays nothing while it is syncing.
inline constexpr std::uint64_t max_relay_lag = 10;

/// Transmissions that diffusion delays, count: to 136 peers, 60 transactions a second each for 8 s. Further ones are
/// not delayed.
inline constexpr std::size_t max_delayed_transmissions = 1 << 16;

/// Time until the next attempt to fluff a transaction if there was no peer to send it to, or if most peers' send queues
/// had no room.
inline constexpr io::duration fluff_retry_delay = 10s;
/// Longest wait after the start of a transaction whose embargo expired while the node was down, duration.
inline constexpr io::duration max_restart_delay = 1min;
/// Remaining embargo that is accepted from the store, duration. The wall clock by which it is computed may have
/// stepped.
inline constexpr io::duration max_restored_embargo = 1h;

/// Longest value of a Dandelion option, duration. A longer one would mean "never": nothing would be fluffed.
inline constexpr io::duration max_option_duration = 24h * 365;

}  // namespace pappus::peer::limits
