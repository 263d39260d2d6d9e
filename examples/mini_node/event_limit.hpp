// How often something may be said that strangers bring about at no cost to themselves.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include <pappus/io/rate.hpp>
#include <pappus/io/time.hpp>

namespace mini_node {

/// So many at once, and so many a second on average. What is said next tells how many were not.
class event_limit {
public:
  event_limit(double per_second, double at_once, pappus::io::time_point now) noexcept
      : allowed_(per_second, at_once, now) {}

  /// Nothing: it may not be said. Else how many before it could not be.
  [[nodiscard]] std::optional<std::uint64_t> admit(pappus::io::time_point now) noexcept {
    if (allowed_.try_consume(now)) return std::exchange(unsaid_, 0);
    ++unsaid_;
    ++suppressed_;
    return std::nullopt;
  }

  /// So far.
  [[nodiscard]] std::uint64_t suppressed() const noexcept { return suppressed_; }

private:
  pappus::io::token_bucket allowed_;
  std::uint64_t unsaid_ = 0;
  std::uint64_t suppressed_ = 0;
};

}  // namespace mini_node
