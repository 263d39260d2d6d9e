// Rate limit of the messages to a peer or from it.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include <pappus/peer/limits.hpp>

namespace pappus::peer {

/// Parameters of a token bucket of frames, whatever their size; the bytes of an archive are not frames.
struct rate_limit {
  double per_second = limits::send_rate;  // frames a second on average; positive, at most `limits::max_rate`
  double burst = limits::send_burst;      // frames at once; from 1 to `limits::max_rate`

  friend bool operator==(const rate_limit&, const rate_limit&) noexcept = default;

  /// Throws `std::invalid_argument` if a member is out of its range; `name` is the setting's, for its text.
  void check(const std::string& name = "rate_limit") const;

  /// No limit but the connection's: for a private network, where no node counts messages.
  [[nodiscard]] static constexpr rate_limit unlimited() noexcept { return {limits::max_rate, limits::max_rate}; }

  /// Announcements in one burst: half, so that enough is left for the responses to the requests that they cause.
  [[nodiscard]] constexpr double announcement_burst() const noexcept { return burst < 2 ? 1 : burst / 2; }

  /// Frames of a kind that may wait before no more are added.
  [[nodiscard]] constexpr std::size_t backlog() const noexcept {
    return static_cast<std::size_t>(per_second * std::chrono::duration<double>{limits::max_send_backlog}.count());
  }
};

}  // namespace pappus::peer
