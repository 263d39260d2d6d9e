// A number that decays exponentially.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>

#include <pappus/io/time.hpp>

namespace pappus::peer {

/// Halves in each half-life. The caller passes the time in; where it steps back the value does not change.
class decaying_score {
public:
  explicit decaying_score(io::duration half_life) noexcept : half_life_(half_life) {}

  [[nodiscard]] double at(io::time_point now) const noexcept {
    const io::duration age = std::max(io::saturating_sub(now, since_), io::duration::zero());
    return value_ == 0 ? 0 : value_ * std::exp2(-(std::chrono::duration<double>{age} / half_life_));
  }

  void set(double value, io::time_point now) noexcept {
    value_ = value;
    since_ = now;
  }
  void add(double more, io::time_point now) noexcept { set(at(now) + more, now); }
  /// Becomes the larger of both values.
  void raise_to(const decaying_score& other, io::time_point now) noexcept {
    set(std::max(at(now), other.at(now)), now);
  }

private:
  io::duration half_life_;
  double value_ = 0;
  io::time_point since_{};
};

}  // namespace pappus::peer
