// Pings of one session: which are pending, how long the pong took, and whether the node may send another.
#pragma once

#include <algorithm>
#include <optional>
#include <utility>

#include <pappus/io/time.hpp>
#include <pappus/peer/session/limits.hpp>

namespace pappus::peer {

/// Pongs carry no number: one is the answer to the oldest ping that has none. All functions are O(1).
class ping_tracker {
public:
  explicit ping_tracker(io::time_point now) noexcept : last_sent_at_(now) {}

  void ping_sent(io::time_point now) noexcept {
    last_sent_at_ = now;
    if (!pending_since_) pending_since_ = now;
  }
  void pong_received(io::time_point now) noexcept {
    if (!pending_since_) return;
    const io::duration round_trip = now - *std::exchange(pending_since_, std::nullopt);
    best_round_trip_ = std::min(round_trip, best_round_trip_.value_or(round_trip));
  }
  void ping_received(io::time_point now) noexcept { last_received_at_ = now; }

  /// Expects no pong any more: the peer may be unable to send one.
  void forget_pending() noexcept { pending_since_.reset(); }

  /// Whether a ping has no pong yet.
  [[nodiscard]] bool awaits_pong() const noexcept { return pending_since_.has_value(); }
  /// Whether that has been so for `limits::ping_timeout`.
  [[nodiscard]] bool has_timed_out(io::time_point now) const noexcept {
    return pending_since_ && now - *pending_since_ >= limits::ping_timeout;
  }

  /// Suppresses the node's pings, for `limits::max_ping_suppression` from the last one at most. Counted: they resume
  /// when every `suppress(true)` has its `suppress(false)`.
  void suppress(bool on) noexcept { suppressions_ += on ? 1 : -1; }
  [[nodiscard]] bool may_send(io::time_point now) const noexcept {
    return suppressions_ == 0 || now - last_sent_at_ >= limits::max_ping_suppression;
  }

  /// The shortest time from a ping to its pong.
  [[nodiscard]] std::optional<io::duration> best_round_trip() const noexcept { return best_round_trip_; }
  /// When the peer's last ping arrived; `io::time_point{}` if none has.
  [[nodiscard]] io::time_point last_received_at() const noexcept { return last_received_at_; }

private:
  std::optional<io::time_point> pending_since_;  // when the oldest ping without a pong was sent
  std::optional<io::duration> best_round_trip_;
  io::time_point last_sent_at_;
  io::time_point last_received_at_{};
  int suppressions_ = 0;
};

}  // namespace pappus::peer
