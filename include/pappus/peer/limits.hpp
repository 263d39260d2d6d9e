// Every number that bounds what a stranger may cost the peer level.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include <pappus/io/time.hpp>

namespace pappus::peer::limits {

using namespace std::chrono_literals;

/// From the connection to the end of the handshake, whatever dribbles in meanwhile.
inline constexpr io::duration handshake = 10s;

/// To open a TCP connection.
inline constexpr io::duration connect = 10s;

/// Between two pings of ours.
inline constexpr io::duration ping_interval = 10s;

/// Without a single byte, or with a ping unanswered, a session ends.
inline constexpr io::duration silence = 30s;
inline constexpr io::duration unanswered_ping = 60s;

/// From a frame's first byte to the end of its header, and the least speed at which its body must come.
inline constexpr io::duration frame_header = 60s;
inline constexpr std::uint64_t body_bytes_per_second = 64 * 1024;

[[nodiscard]] constexpr io::duration frame_body(std::uint64_t bytes) noexcept {
  return frame_header + std::chrono::seconds{bytes / body_bytes_per_second};
}

/// Bytes waiting to be sent: above the first we relay nothing to the peer and answer no more questions of its; above
/// the second, or when the peer has taken nothing for so long, the session ends.
inline constexpr std::size_t outbox_full = 1 << 20;
inline constexpr std::size_t outbox_overflow = 8 << 20;
inline constexpr io::duration outbox_stalled = 30s;

/// What is written at once.
inline constexpr std::size_t gathered_frames = 64;

/// For the last words of a session that we end.
inline constexpr io::duration farewell = 2s;

/// For the answer to a request, before the next peer that has the object is asked.
inline constexpr io::duration request = 10s;

/// Questions about the chain open at once to one peer, and the time an answer has to come whole, or, for an archive, to
/// begin: its peer may have to pack it first, and says nothing else meanwhile.
inline constexpr std::size_t questions = 64;
inline constexpr io::duration answer = 30s;
inline constexpr io::duration archive_answer = 10min;

/// Headers handed on at once, and what is read or written at once of an archive, in bytes.
inline constexpr std::size_t headers_batch = 32;
inline constexpr std::size_t archive_piece = 256 * 1024;

/// Requests under way at once, in all and by one peer's announcements; more announcements are passed over. And how many
/// peers are remembered that could be asked next.
inline constexpr std::size_t requests = 1024;
inline constexpr std::size_t requests_per_peer = 128;
inline constexpr std::size_t announcers_per_request = 8;

/// Hashes remembered for a peer as known to it.
inline constexpr std::size_t known_hashes = 256;

/// Nonces of our own remembered to know ourselves again.
inline constexpr std::size_t own_nonces = 256;

/// Connections whose handshake is under way.
inline constexpr std::size_t pending_handshakes = 256;

}  // namespace pappus::peer::limits
