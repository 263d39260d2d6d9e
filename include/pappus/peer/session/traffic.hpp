// Traffic rate of a connection in bytes per second, from samples of its totals.
#pragma once

#include <chrono>
#include <cstdint>

#include <pappus/io/time.hpp>

namespace pappus::peer {

class traffic_rate {
public:
  explicit traffic_rate(io::time_point now) noexcept : since_(now) {}

  /// Adds a sample: the total of bytes so far. From then on the rate is the average since the sample before. Ignored
  /// unless time has passed since then.
  void sample(std::uint64_t total, io::time_point now) noexcept {
    if (now <= since_) return;
    const std::chrono::duration<double> passed = io::saturating_sub(now, since_);
    per_second_ = static_cast<std::uint64_t>(static_cast<double>(total - total_) / passed.count());
    total_ = total;
    since_ = now;
  }

  [[nodiscard]] std::uint64_t per_second() const noexcept { return per_second_; }

private:
  io::time_point since_;
  std::uint64_t total_ = 0;
  std::uint64_t per_second_ = 0;
};

}  // namespace pappus::peer
