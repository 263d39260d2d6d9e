// How fast messages may follow each other, to a peer or from it.
#pragma once

#include <chrono>
#include <cstddef>

#include <pappus/peer/limits.hpp>

namespace pappus::peer {

/// A token bucket of frames, whatever is in them; the bytes of an archive are no frames. Both are positive.
struct rate_limit {
  double per_second = limits::frames_per_second;
  double at_once = limits::frames_at_once;

  /// As fast as the connection takes them: for a network of one's own, where nobody counts.
  [[nodiscard]] static constexpr rate_limit unlimited() noexcept { return {1e9, 1e9}; }

  /// How many news may go at once: half, so that there is enough left for the answers to what they bring about.
  [[nodiscard]] constexpr double news_at_once() const noexcept { return at_once < 2 ? 1 : at_once / 2; }

  /// How many may wait of a kind before no more are added.
  [[nodiscard]] constexpr std::size_t backlog() const noexcept {
    return static_cast<std::size_t>(per_second * std::chrono::duration<double>{limits::outbox_backlog}.count());
  }
};

}  // namespace pappus::peer
