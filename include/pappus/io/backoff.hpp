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
  explicit backoff(backoff_options options = {}) noexcept : options_(options), next_(options.first) {}

  /// The next wait, between (1 - jitter) times its length and its length.
  [[nodiscard]] duration next(network& chance) noexcept {
    const auto length = static_cast<double>(next_.count());
    next_ = duration{
        static_cast<duration::rep>(std::min(length * options_.factor, static_cast<double>(options_.longest.count())))};
    const double share = 1.0 - options_.jitter * random_unit(chance);
    return duration{static_cast<duration::rep>(length * share)};
  }

  /// Starts over with `first`.
  void reset() noexcept { next_ = options_.first; }

private:
  backoff_options options_;
  duration next_;
};

}  // namespace pappus::io
