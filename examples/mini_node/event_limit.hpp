// Rate limit for events that remote peers can cause at no cost.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include <pappus/io/time.hpp>
#include <pappus/io/token_bucket.hpp>

namespace mini_node {

/// A token bucket with a burst of `at_once` and an average rate of `per_second`. Counts suppressed events, and reports
/// their number with the next admitted one.
class event_limit {
public:
  event_limit(double per_second, double at_once, pappus::io::time_point now) noexcept
      : allowed_(per_second, at_once, now) {}

  /// Returns nothing if the event is suppressed, otherwise the number of events suppressed since the last admitted one.
  [[nodiscard]] std::optional<std::uint64_t> admit(pappus::io::time_point now) noexcept {
    if (allowed_.try_consume(now)) return std::exchange(unsaid_, 0);
    ++unsaid_;
    ++suppressed_;
    return std::nullopt;
  }

  /// Total number of suppressed events.
  [[nodiscard]] std::uint64_t suppressed() const noexcept { return suppressed_; }

private:
  pappus::io::token_bucket allowed_;
  std::uint64_t unsaid_ = 0;
  std::uint64_t suppressed_ = 0;
};

}  // namespace mini_node
