// Handshake of a session: Hand from the dialing side, Shake from the other, and the checks for both.
#pragma once

#include <cstdint>

#include <pappus/coro/task.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/peer/disconnect_info.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/peer/session/connection.hpp>
#include <pappus/peer/session/local_node.hpp>
#include <pappus/result.hpp>

namespace pappus::peer {

/// Information from a handshake.
struct handshake_result {
  peer_info peer;           // what was known of it, and what it reports; no height until its first ping or pong
  std::uint64_t nonce = 0;  // of the Hand; both sides know it now
  io::endpoint dialed;      // where an inbound peer says that it has connected to; nothing of an outbound one
};

/// Performs the handshake over a new connection and sets the connection's protocol version. Fails with
/// `handshake_timeout` after `limits::handshake_timeout`, an absolute time. Meanwhile Hand (Shake for the dialing side)
/// is the only message that the peer may send.
[[nodiscard]] task<result<handshake_result, disconnect_info>> perform_handshake(io::runtime& runtime,
                                                                                connection& connection,
                                                                                local_node& local);

}  // namespace pappus::peer
