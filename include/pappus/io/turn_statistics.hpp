// How long the turns of a loop take.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include <pappus/io/time.hpp>

namespace pappus::io {

/// A turn is the time between two polls of the sockets, for which all connections wait.
class turn_statistics {
public:
  static constexpr std::array<duration, 6> limits{std::chrono::milliseconds{2},  std::chrono::milliseconds{5},
                                                  std::chrono::milliseconds{10}, std::chrono::milliseconds{20},
                                                  std::chrono::milliseconds{50}, std::chrono::milliseconds{100}};

  void add(duration length) noexcept {
    ++turns_;
    for (std::size_t i = 0; i != limits.size() && length > limits[i]; ++i) ++longer_[i];
  }

  [[nodiscard]] std::uint64_t turns() const noexcept { return turns_; }
  /// Turns that were longer than `limits[which]`.
  [[nodiscard]] std::uint64_t longer_than(std::size_t which) const noexcept { return longer_[which]; }

private:
  std::uint64_t turns_ = 0;
  std::array<std::uint64_t, limits.size()> longer_{};
};

}  // namespace pappus::io
