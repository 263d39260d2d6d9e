// What became of a broadcast.
#pragma once

#include <cstddef>

namespace pappus::peer {

/// By number of peers. Those that its audience leaves out are not among them.
struct broadcast_report {
  std::size_t sent = 0;           // in full or as an announcement
  std::size_t already_known = 0;  // had it already
  std::size_t congested = 0;      // takes too slowly: passed over
  std::size_t unsendable = 0;     // cannot be sent it: its version has no form for it, or its session is ending

  broadcast_report& operator+=(const broadcast_report& more) noexcept {
    sent += more.sent;
    already_known += more.already_known;
    congested += more.congested;
    unsendable += more.unsendable;
    return *this;
  }
};

}  // namespace pappus::peer
