// Limits of one session.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include <pappus/io/time.hpp>
#include <pappus/peer/limits.hpp>

namespace pappus::peer::limits {

using namespace std::chrono_literals;

/// Time from the start of a handshake to its end. Absolute: bytes that arrive meanwhile do not extend it.
inline constexpr io::duration handshake_timeout = 10s;

// Costs in units of a turn's budget; the values are estimates.

/// Cost of moving what has arrived of a frame to `bytes` of new memory.
[[nodiscard]] constexpr std::size_t memory_cost(std::size_t bytes) noexcept { return bytes / 4096; }
/// Cost of hashing `bytes` of long lists while they arrive.
[[nodiscard]] constexpr std::size_t lists_cost(std::size_t bytes) noexcept { return bytes / 96; }
/// Cost of decoding a frame that has arrived completely and of which `hashed` bytes were hashed before.
[[nodiscard]] constexpr std::size_t frame_cost(std::size_t bytes, std::size_t hashed = 0) noexcept {
  return 1 + (bytes - hashed) / 256 + hashed / 400;
}
/// Cost of encoding a response of that many bytes.
[[nodiscard]] constexpr std::size_t encode_cost(std::size_t bytes) noexcept { return bytes / 512; }

/// Bytes of a message after whose arrival its long lists are hashed further. One read takes at most twice as many.
inline constexpr std::size_t arriving_chunk_size = 32 << 10;

/// Received bytes of a peer up to which there is little to decode. When its turn is over, such a peer goes before those
/// with more bytes to decode, which wait for each other.
inline constexpr std::size_t small_backlog_size = 16 << 10;

/// Interval between two pings that the node sends.
inline constexpr io::duration ping_interval = 10s;

/// Time without a received byte until the session is disconnected.
inline constexpr io::duration idle_timeout = 30s;
/// Time from a ping without a pong until the session is disconnected.
inline constexpr io::duration ping_timeout = 60s;

/// Time from the first byte of a frame to the end of its header.
inline constexpr io::duration frame_header_timeout = 60s;
/// Lowest rate at which a frame's body must arrive, bytes per second.
inline constexpr std::uint64_t min_receive_rate = 64 * 1024;

/// Time for a frame's body of that size to arrive.
[[nodiscard]] constexpr io::duration frame_body_timeout(std::uint64_t bytes) noexcept {
  return io::saturating_add(frame_header_timeout, std::chrono::duration<std::uint64_t>{bytes / min_receive_rate});
}

/// Bytes in a peer's send queue above which the node relays nothing to the peer and answers no more of its requests.
inline constexpr std::size_t send_queue_watermark = 1 << 20;
/// Bytes in a peer's send queue above which the session is disconnected.
inline constexpr std::size_t max_send_queue_bytes = 8 << 20;
/// Time without progress of a write to the peer until the session is disconnected.
inline constexpr io::duration send_timeout = 30s;

/// Frames that are taken from the send queue for one write, count. The runtime passes them on some at a time.
inline constexpr std::size_t max_gathered_frames = 32;

/// Time for writing what is still queued, the disconnect reason first, when the node disconnects a session.
inline constexpr io::duration disconnect_timeout = 2s;

/// Requests of the node open to one peer, count, without those for transactions.
inline constexpr std::size_t max_pending_requests = 64;
/// Time for a response to arrive completely.
inline constexpr io::duration response_timeout = 30s;
/// Time for an archive to begin to arrive. The peer may have to pack it first, and sends nothing else meanwhile.
inline constexpr io::duration archive_response_timeout = 10min;
/// Requests of one peer that wait until their response is allowed, count.
inline constexpr std::size_t max_postponed_requests = 16;

/// Headers handed on in one call, count.
inline constexpr std::size_t headers_batch_size = 32;
/// Piece of an archive that is read or written at once, bytes.
inline constexpr std::size_t archive_chunk_size = 256 * 1024;

/// Time until a task of the node that has ended by an exception is restarted.
inline constexpr io::duration service_restart_delay = 1s;
/// Duration for which pings over one of the two sessions are suppressed at most.
inline constexpr io::duration max_ping_suppression = 45s;

static_assert(2 * disconnect_timeout <= shutdown_timeout);
static_assert(2 * max_send_backlog <= ping_timeout);  // leaves the peer half of it for its pong

}  // namespace pappus::peer::limits
