// How fast a peer is talked to.
#pragma once

#include <pappus/peer/limits.hpp>

namespace pappus::peer {

/// A token bucket of frames, whatever is in them; the bytes of an archive are no frames.
struct pacing {
  double per_second = limits::frames_per_second;
  double at_once = limits::frames_at_once;

  /// As fast as the connection takes them: for a network of one's own, where nobody counts.
  [[nodiscard]] static constexpr pacing unlimited() noexcept { return {1e9, 1e9}; }
};

}  // namespace pappus::peer
