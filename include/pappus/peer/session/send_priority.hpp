// Order in which queued frames are sent.
#pragma once

#include <cstdint>

namespace pappus::peer {

/// Priority of frames while the rate limit does not allow all waiting ones: earlier values overtake later ones. Within
/// one priority the order is kept, except among announcements, whose sources are served in turn.
enum class send_priority : std::uint8_t {
  disconnect,     // the reason before the session ends; needs no token
  control,        // pings and requests: neither a backlog of the others nor the peer's behavior may delay them
  responses,      // to the peer's requests, including pongs
  announcements,  // unrequested
};

}  // namespace pappus::peer
