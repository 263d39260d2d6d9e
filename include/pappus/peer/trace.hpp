// Trace of each message of the protocol.
#pragma once

#include <cstdint>
#include <functional>

#include <pappus/peer/peer_info.hpp>

namespace pappus::peer {

enum class message_direction : std::uint8_t { received, sent };

struct passing_message {
  message_direction direction = message_direction::received;
  std::uint8_t code = 0;
  const char* name = "";    // "unknown" if the protocol has no message with that code
  std::uint64_t bytes = 0;  // of its frame, header and body
};

/// Called for a received message before it is processed, for a sent one when it is queued. Before a peer's handshake is
/// complete only its endpoint and direction are known; its tip is the one of the handshake.
using tracer = std::function<void(const peer_info& peer, const passing_message& message)>;

}  // namespace pappus::peer
