// Statistics of connections.
#pragma once

#include <cstddef>
#include <cstdint>

#include <pappus/peer/disconnect_info.hpp>

namespace pappus::peer {

struct connection_statistics {
  std::size_t handshaking = 0;     // connections now, both directions
  std::uint64_t sessions = 0;      // started so far
  disconnect_counts ended;         // of these
  disconnect_counts failed_dials;  // no connection was made
  disconnect_counts refused;       // inbound connections closed before a byte was read
  disconnect_counts failed_handshakes;
  disconnect_counts refused_after_handshake;  // peers not accepted after their handshake
  std::uint64_t accept_failures = 0;          // after each, nothing is accepted for `limits::accept_retry_delay`
  std::uint64_t local_dial_failures = 0;      // of the failed dials: for a local reason
  std::uint64_t handshakes_evicted = 0;       // handshakes aborted to make room for others
  std::uint64_t evicted = 0;                  // inbound sessions disconnected to make room for others
  std::uint64_t bytes_received = 0;           // in sessions that have ended
  std::uint64_t bytes_sent = 0;
  std::uint64_t sends_throttled = 0;  // times that a frame had to wait for the send rate limit
};

struct duplicate_statistics {
  std::size_t open = 0;        // pairs of sessions that may be with one peer, now
  std::uint64_t resolved = 0;  // pairs that were, of which one session was disconnected
  std::uint64_t distinct = 0;  // pairs that were two peers
};

}  // namespace pappus::peer
