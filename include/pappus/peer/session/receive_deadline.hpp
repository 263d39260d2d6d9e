// Deadline of a session's reader: for the arriving frame, and for the silence of the peer.
#pragma once

#include <algorithm>

#include <pappus/coro/stop.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/peer/session/limits.hpp>
#include <pappus/peer/session/pending_requests.hpp>

namespace pappus::peer {

/// The reader runs under its `token`. A peer must send something within `limits::idle_timeout`, but may be silent while
/// it prepares a bulky response.
class receive_deadline {
public:
  /// Not armed yet. A stop of `parent` also stops `token()`. `registration` points to the deadline while it lives. All
  /// references outlive it.
  receive_deadline(io::runtime& runtime, coro::stop_token parent, const pending_requests& requests,
                   receive_deadline*& registration) noexcept
      : runtime_(runtime), requests_(requests), registration_(registration), deadline_(runtime, parent) {
    registration_ = this;
  }
  receive_deadline(const receive_deadline&) = delete;
  receive_deadline& operator=(const receive_deadline&) = delete;
  ~receive_deadline() { registration_ = nullptr; }

  /// Arms it for a read of frames. `frame_due`: when the arriving frame must be complete; `io::never` between frames.
  void expect_frame(io::time_point frame_due) noexcept {
    frame_due_ = frame_due;
    reads_frames_ = true;
    deadline_.expires_at(std::min(frame_due_, idle_at()));
  }
  /// Arms it for something else.
  void expires_at(io::time_point when) noexcept {
    reads_frames_ = false;
    deadline_.expires_at(when);
  }
  /// Disarms it, because the node is the one that pauses.
  void cancel() noexcept {
    reads_frames_ = false;
    deadline_.cancel();
  }

  /// Extends it for a bulky request that was sent during a read of frames.
  void extend() noexcept {
    if (reads_frames_ && requests_.has_bulky()) expect_frame(frame_due_);
  }

  [[nodiscard]] bool expired() const noexcept { return deadline_.expired(); }
  /// Whether the arriving frame is late, rather than the peer silent.
  [[nodiscard]] bool frame_is_late() const noexcept { return runtime_.now() >= frame_due_; }
  [[nodiscard]] coro::stop_token token() noexcept { return deadline_.token(); }

private:
  [[nodiscard]] io::time_point idle_at() const noexcept {
    return std::max(io::saturating_add(runtime_.now(), limits::idle_timeout), requests_.bulky_until());
  }

  io::runtime& runtime_;
  const pending_requests& requests_;
  receive_deadline*& registration_;
  io::deadline deadline_;
  io::time_point frame_due_ = io::never;
  bool reads_frames_ = false;
};

}  // namespace pappus::peer
