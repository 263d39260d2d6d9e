// Result of a broadcast.
#pragma once

#include <cstddef>

namespace pappus::peer {

/// Numbers of peers. Those that the `peer_filter` excludes are not counted.
struct broadcast_report {
  std::size_t sent = 0;           // in full or as an announcement
  std::size_t already_known = 0;  // had it already
  std::size_t congested = 0;      // passed over: its send queue is congested
  std::size_t unsendable = 0;     // its version has no form for it, or its session is disconnecting

  /// Adds the numbers of another broadcast.
  broadcast_report& operator+=(const broadcast_report& more) noexcept {
    sent += more.sent;
    already_known += more.already_known;
    congested += more.congested;
    unsendable += more.unsendable;
    return *this;
  }
};

}  // namespace pappus::peer
