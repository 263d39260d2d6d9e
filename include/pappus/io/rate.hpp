// A token bucket: how much of something may happen, on average and at once.
#pragma once

#include <algorithm>

#include <pappus/io/time.hpp>

namespace pappus::io {

/// Fills at `per_second` up to `burst` tokens and starts full. Time is passed in and may stand still but not step back.
class token_bucket {
public:
  token_bucket(double per_second, double burst, time_point now) noexcept
      : per_second_(per_second), burst_(burst), tokens_(burst), filled_at_(now) {}

  /// Takes `amount` tokens if they are there. O(1).
  [[nodiscard]] bool take(time_point now, double amount = 1.0) noexcept {
    fill(now);
    if (tokens_ < amount) return false;
    tokens_ -= amount;
    return true;
  }

  /// How long until `amount` tokens (at most `burst`) are there; zero if they are.
  [[nodiscard]] duration until(time_point now, double amount = 1.0) noexcept {
    fill(now);
    if (tokens_ >= amount) return duration::zero();
    if (amount > burst_ || per_second_ <= 0) return duration::max();
    // One nanosecond more than computed, so that rounding cannot make the waiter come too early.
    const double seconds = (amount - tokens_) / per_second_;
    return std::chrono::duration_cast<duration>(std::chrono::duration<double>{seconds}) + duration{1};
  }

  /// Whether all that was taken has come back.
  [[nodiscard]] bool full(time_point now) noexcept {
    fill(now);
    return tokens_ >= burst_;
  }

  /// Has no more tokens from now on than the other.
  void drain_to(token_bucket other, time_point now) noexcept {
    fill(now);
    other.fill(now);
    tokens_ = std::min(tokens_, other.tokens_);
  }

private:
  void fill(time_point now) noexcept {
    const std::chrono::duration<double> passed = now - filled_at_;
    tokens_ = std::min(burst_, tokens_ + passed.count() * per_second_);
    filled_at_ = now;
  }

  double per_second_;
  double burst_;
  double tokens_;
  time_point filled_at_;
};

}  // namespace pappus::io
