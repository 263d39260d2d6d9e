// Maintains a connection to one endpoint: dials, passes the stream to a handler, and dials again when the handler has
// completed.
#pragma once

#include <functional>
#include <system_error>

#include <pappus/coro/task.hpp>
#include <pappus/io/backoff.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/time.hpp>

namespace pappus::io {

/// Delays between the attempts to reach one endpoint: those of `backoff`, which starts over after a stable connection.
class reconnect_policy {
public:
  /// `stable_after`: a connection that lasted this long was stable.
  explicit reconnect_policy(backoff_options delays, duration stable_after = std::chrono::seconds{30}) noexcept
      : delays_(delays), stable_after_(stable_after) {}

  /// To be called when a connection has ended.
  void disconnected(duration lasted) noexcept {
    if (lasted >= stable_after_) delays_.reset();
  }
  /// Delay before the next attempt. Draws a random number.
  [[nodiscard]] duration next_delay(runtime& rng) noexcept { return delays_.next(rng); }

private:
  backoff delays_;
  duration stable_after_;
};

/// Times of `keep_connected`.
struct reconnect_options {
  backoff_options wait;                                 // delays between a disconnect or failed dial and the next dial
  duration connect_timeout = std::chrono::seconds{10};  // of one dial
  duration stable_after = std::chrono::seconds{30};     // a connection that lasted this long resets the backoff
};

/// The handlers of `keep_connected`, both called on the loop.
struct reconnect_handlers {
  /// Uses one connection; its completion counts as the disconnect. Called for each connection, one at a time.
  std::function<task<void>(stream_ptr)> connected;
  /// Receives the reason of a failed dial. May be empty.
  std::function<void(std::error_code)> failed;
};

/// Runs until it is stopped, then completes. An exception of `connected` leaves it.
[[nodiscard]] task<void> keep_connected(runtime& runtime, endpoint remote, reconnect_handlers handlers,
                                        reconnect_options options = {});

}  // namespace pappus::io
