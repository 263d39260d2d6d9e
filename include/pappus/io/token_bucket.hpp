// A token bucket: limits average rate and burst.
#pragma once

#include <algorithm>
#include <chrono>

#include <pappus/io/time.hpp>

namespace pappus::io {

/// Fills at `per_second` up to `burst` tokens (negative values count as 0) and starts full. The caller passes the time;
/// while it does not advance, or is earlier than before, no tokens are added.
class token_bucket {
public:
  token_bucket(double per_second, double burst, time_point now) noexcept
      : per_second_(std::max(0.0, per_second)), burst_(std::max(0.0, burst)), tokens_(burst_), filled_at_(now) {}

  /// Takes `amount` tokens if available; otherwise takes none and returns false. O(1).
  [[nodiscard]] bool try_consume(time_point now, double amount = 1.0) noexcept {
    fill(now);
    if (tokens_ < amount) return false;
    tokens_ -= amount;
    return true;
  }

  /// Time until `amount` tokens are available: zero if they are now, `duration::max()` if there can never be so many.
  [[nodiscard]] duration time_until(time_point now, double amount = 1.0) noexcept {
    fill(now);
    if (tokens_ >= amount) return duration::zero();
    if (amount > burst_ || per_second_ <= 0) return duration::max();
    // One nanosecond more than computed, so that rounding cannot wake the waiter too early.
    const std::chrono::duration<double> missing{(amount - tokens_) / per_second_};
    return saturating_add(duration{missing}, duration{1});
  }

  /// Whether the bucket is full.
  [[nodiscard]] bool is_full(time_point now) noexcept {
    fill(now);
    return tokens_ >= burst_;
  }

  /// Lowers the tokens to those of `other`, if it has fewer.
  void lower_to(token_bucket other, time_point now) noexcept {
    fill(now);
    other.fill(now);
    tokens_ = std::min(tokens_, other.tokens_);
  }

private:
  void fill(time_point now) noexcept {
    if (now <= filled_at_) return;
    const std::chrono::duration<double> passed = saturating_sub(now, filled_at_);
    tokens_ = std::min(burst_, tokens_ + passed.count() * per_second_);
    filled_at_ = now;
  }

  double per_second_;
  double burst_;
  double tokens_;
  time_point filled_at_;
};

}  // namespace pappus::io
