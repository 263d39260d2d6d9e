// How long to wait before trying again: longer each time, and never in step with others.
#pragma once

#include <algorithm>
#include <chrono>

#include <pappus/io/random.hpp>
#include <pappus/io/time.hpp>

namespace pappus::io {

/// What is out of its range counts as the nearest that is in it.
struct backoff_options {
  duration initial = std::chrono::seconds{1};  // not negative
  duration max = std::chrono::minutes{5};      // likewise
  double multiplier = 2.0;                     // at least 1
  double jitter = 0.5;                         // share of each wait that is left to chance, 0 to 1
};

/// Waits that grow from `first` to `longest`, each drawn uniformly from the last `jitter` part of its length, so that
/// many who lost the same connection do not come back at once.
class backoff {
public:
  explicit backoff(backoff_options options = {}) noexcept : options_(in_range(options)) { reset(); }

  /// The next wait, between (1 - jitter) times its length and its length.
  [[nodiscard]] duration next(runtime& chance) noexcept {
    const duration wait = next_;
    const std::chrono::duration<double, duration::period> length = wait;
    next_ = std::min(duration{length * options_.multiplier}, options_.max);
    return wait - duration{length * options_.jitter * random_unit(chance)};
  }

  /// Starts over with `first`.
  void reset() noexcept { next_ = std::min(options_.initial, options_.max); }

private:
  static backoff_options in_range(backoff_options given) noexcept {
    given.initial = std::max(given.initial, duration::zero());
    given.max = std::max(given.max, duration::zero());
    given.multiplier = std::max(1.0, given.multiplier);  // in this order, 1 if it is not a number
    given.jitter = std::min(1.0, std::max(0.0, given.jitter));
    return given;
  }

  backoff_options options_;
  duration next_;
};

}  // namespace pappus::io
