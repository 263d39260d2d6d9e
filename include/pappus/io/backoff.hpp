// Exponential backoff with jitter.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include <pappus/io/random.hpp>
#include <pappus/io/time.hpp>

namespace pappus::io {

/// A `backoff` clamps values outside their range to it; a node refuses them, and times that are not positive.
struct backoff_options {
  duration initial = std::chrono::seconds{1};  // not negative
  duration max = std::chrono::minutes{5};      // not negative
  double multiplier = 2.0;                     // at least 1
  double jitter = 0.5;                         // random share of each delay, 0 to 1
};

/// Delays that grow from `initial` to `max`. Each is drawn uniformly from the last `jitter` part of its nominal length,
/// so that many nodes that lost the same connection do not reconnect at the same time.
class backoff {
public:
  explicit backoff(backoff_options options = {}) noexcept : options_(in_range(options)) { reset(); }

  /// The next delay, between (1 - jitter) times its nominal length and its nominal length.
  [[nodiscard]] duration next(runtime& rng) noexcept {
    const duration wait = next_;
    const std::chrono::duration<double, duration::period> length = wait;
    grow();
    return wait - duration{length * options_.jitter * random_unit(rng)};
  }

  /// Goes on as after `count` more delays. O(log(max / initial)) for a multiplier above 1.
  void skip(std::uint32_t count) noexcept {
    for (duration before{-1}; count != 0 && next_ != before; --count) {
      before = next_;
      grow();
    }
  }

  /// Starts over with `initial`.
  void reset() noexcept { next_ = std::min(options_.initial, options_.max); }

private:
  void grow() noexcept {
    const std::chrono::duration<double, duration::period> length = next_;
    next_ = std::min(duration{length * options_.multiplier}, options_.max);
  }

  static backoff_options in_range(backoff_options given) noexcept {
    given.initial = std::max(given.initial, duration::zero());
    given.max = std::max(given.max, duration::zero());
    given.multiplier = std::max(1.0, given.multiplier);  // in this order, NaN becomes 1
    given.jitter = std::min(1.0, std::max(0.0, given.jitter));
    return given;
  }

  backoff_options options_;
  duration next_;
};

}  // namespace pappus::io
