// Each message of the protocol as it passes, for whoever wants to look.
#pragma once

#include <cstdint>
#include <functional>

#include <pappus/peer/info.hpp>

namespace pappus::peer {

enum class message_direction : std::uint8_t { received, sent };

struct passing_message {
  message_direction direction = message_direction::received;
  std::uint8_t code = 0;
  const char* name = "";    // "unknown" if the protocol has none
  std::uint64_t bytes = 0;  // of its frame, header and body
};

/// What was received is shown before anything is done about it, what is sent as it is queued. Before its handshake is
/// over only the endpoint and the direction of a peer are known; its tip is the one it shook hands with.
using tracer = std::function<void(const peer_info& peer, const passing_message& what)>;

}  // namespace pappus::peer
