// Limits of the synchronization of the chain.
#pragma once

#include <chrono>
#include <cstddef>

#include <pappus/io/time.hpp>

namespace pappus::integration::limits {

using namespace std::chrono_literals;

/// Blocks that are requested or wait to be imported, from the first missing one on, count. Grin's room for orphans is
/// 200; Bitcoin Core BLOCK_DOWNLOAD_WINDOW is 1,024 of blocks that may be kept out of order.
inline constexpr std::size_t block_window = 128;
/// Largest setting of that window, and of requests for blocks under way, count.
inline constexpr std::size_t max_block_window = 1024;
/// Block requests under way, count.
inline constexpr std::size_t max_blocks_in_flight = 64;
/// Block requests under way to one peer, count. Bitcoin Core MAX_BLOCKS_IN_TRANSIT_PER_PEER.
inline constexpr std::size_t max_blocks_in_flight_per_peer = 16;
/// Blocks that are requested or wait to be imported, bytes. Above it only the first missing block is requested.
inline constexpr std::size_t max_sync_bytes = 64 << 20;
/// Part of `node_config::max_memory` that these may take, divisor.
inline constexpr std::size_t sync_memory_divisor = 4;
/// Bytes that a requested block counts until it has arrived: more than the largest.
inline constexpr std::size_t assumed_block_size = 3 << 19;
/// Latest blocks that every node has, count. Grin CUT_THROUGH_HORIZON.
inline constexpr std::uint64_t recent_blocks = 10'080;

/// Segments of a state that are requested or wait to be imported, count. Grin wants 15 at a time.
inline constexpr std::size_t segment_window = 15;
/// Largest setting of that window, and of requests for segments under way, count.
inline constexpr std::size_t max_segment_window = 64;
/// Segment requests under way to one peer, count.
inline constexpr std::size_t max_segments_in_flight_per_peer = 4;
/// Bytes that a requested segment counts until it has arrived. The largest that Grin sends are range proofs of 2^11
/// outputs, 683 bytes each.
inline constexpr std::size_t assumed_segment_size = 3 << 19;
/// Time without a segment after which the state is requested as an archive.
inline constexpr io::duration archive_delay = 120s;
/// Time after a state was invalid in which none is requested by the same method.
inline constexpr io::duration state_retry_delay = 10min;
/// Time without a peer that serves a state after which the import begins anew with a later one.
inline constexpr io::duration state_target_delay = 10s;
/// Calls of the application with an archive, count, after which it is discarded if they have failed.
inline constexpr int max_archive_imports = 3;
/// Delay before an archive is requested again from a peer that has not given it.
inline constexpr io::duration archive_retry_delay = 60s;

/// Time without progress of the header chain after which a state or blocks are downloaded, though peers claim to have
/// more work. Until then it may be seen by further headers that a state is needed, or which.
inline constexpr io::duration header_progress_time = 10s;

/// Requests for headers under way, count: further peers are asked while the responses of others are late.
inline constexpr std::size_t max_header_requests = 8;
/// Headers received since the work of what was imported rose last, count. A fork with less work than the chain, and
/// more headers than that, is not followed.
inline constexpr std::size_t max_fork_headers = 20'000;

/// Requests to one peer for headers and blocks, average per second. Grin bans a peer of which it counts more than 500
/// messages in a minute, and counts about 30 of its own idle time-outs among them.
inline constexpr double sync_request_rate = 6;
/// Requests to one peer for headers and blocks in one burst, count.
inline constexpr double sync_request_burst = 16;

/// Time for a response, before there has been any of its kind. Grin waits 10 s for headers and 6 s for blocks.
inline constexpr io::duration assumed_deadline = 6s;
/// Range of the time for a response, duration.
inline constexpr io::duration min_deadline = 2s;
inline constexpr io::duration max_deadline = 30s;
/// Time for a response, multiple of the round trip: of the peer, or of the median peer if that is shorter.
inline constexpr int round_trips_per_deadline = 4;

/// Late responses after which a peer is not asked for a while, count, if others respond meanwhile.
inline constexpr int max_strikes = 3;
/// Durations for which such a peer is not asked: the first time, the second time, and from then on.
inline constexpr io::duration sync_pauses[] = {60s, 180s, 600s};
/// Duration for which the work is not believed that a peer claims and does not give.
inline constexpr io::duration disbelief_time = 10min;
/// Times that a peer has given less work than it claims, count, after which it is disconnected.
inline constexpr int max_overstatements = 3;
/// Interval between two outbound peers that are disconnected because they are slow.
inline constexpr io::duration slow_peer_interval = 1min;

/// Time for which no peer has had `sync_options::minimum_work` after which the operator is warned: others may connect.
inline constexpr io::duration minimum_work_warning_delay = 30s;
/// Interval at which peers' tips are looked at, and the application is told of progress.
inline constexpr io::duration sync_poll_interval = 1s;
/// Least interval at which peers' tips are looked at when sessions start and end.
inline constexpr io::duration min_sync_poll_interval = 100ms;
/// Delay before the application is called again that was busy.
inline constexpr io::duration busy_retry_delay = 200ms;
/// Delay before the application is called again that has failed.
inline constexpr io::duration failure_retry_delay = 5s;
/// Delay before a block is requested again that no peer has given.
inline constexpr io::duration block_retry_delay = 2s;

}  // namespace pappus::integration::limits
