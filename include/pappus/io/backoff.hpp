// How long to wait before trying again: longer each time, and never in step with others.
#pragma once

#include <algorithm>
#include <cstdint>

#include <pappus/io/random.hpp>
#include <pappus/io/time.hpp>

namespace pappus::io {

struct backoff_options {
  duration first = std::chrono::seconds{1};
  duration longest = std::chrono::minutes{5};
  double factor = 2.0;  // at least 1
  double jitter = 0.5;  // share of each wait that is left to chance, 0 to 1
};

/// Waits that grow from `first` to `longest`, each drawn uniformly from the last `jitter` part of its length, so that
/// many who lost the same connection do not come back at once.
class backoff {
public:
  explicit backoff(backoff_options options = {}) noexcept : options_(options) { reset(); }

  /// The next wait, between (1 - jitter) times its length and its length.
  [[nodiscard]] duration next(network& chance) noexcept {
    const duration wait = next_;
    const auto length = static_cast<double>(wait.count());
    const double grown = length * options_.factor;
    const bool bounded = grown >= static_cast<double>(options_.longest.count());
    next_ = bounded ? options_.longest : duration{static_cast<duration::rep>(grown)};
    return wait - duration{static_cast<duration::rep>(length * options_.jitter * random_unit(chance))};
  }

  /// Starts over with `first`.
  void reset() noexcept { next_ = std::min(options_.first, options_.longest); }

private:
  backoff_options options_;
  duration next_{};
};

}  // namespace pappus::io
