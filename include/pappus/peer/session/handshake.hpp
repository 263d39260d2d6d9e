// The opening of a session: Hand from the one who dialled, Shake from the other, and what must hold for both.
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

/// What a handshake brings to light.
struct handshake_result {
  peer_info peer;  // as it said; `id` and `exempt` are left to the caller, the height is unknown until its first ping
  std::uint64_t nonce = 0;  // of the Hand, which both sides know now
};

/// Shakes hands over a fresh connection within one absolute time, `limits::handshake`, and sets the version it speaks.
/// While it lasts Hand (or, for who dialled, Shake) is the only message that may come.
[[nodiscard]] task<result<handshake_result, disconnect_info>> perform_handshake(io::runtime& on, connection& with,
                                                                                local_node& us, direction way);

}  // namespace pappus::peer
