// How far a worker has come with an archive, and whether it is still wanted.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <utility>

namespace pappus::integration {

/// Shared by the worker thread, which says, and others, which look; outlives both.
class work_progress {
public:
  /// `moved` is called on the worker thread when there is something new; it must neither wait nor throw.
  explicit work_progress(std::function<void()> moved = {}) : moved_(std::move(moved)) {}
  work_progress(const work_progress&) = delete;
  work_progress& operator=(const work_progress&) = delete;

  // The worker's.

  /// How many bytes there will be. Said once, and not zero.
  void expect(std::uint64_t bytes) noexcept {
    total_.store(bytes, std::memory_order_release);
    if (moved_) moved_();
  }
  void reach(std::uint64_t bytes) noexcept {
    bytes_.store(bytes, std::memory_order_release);
    if (moved_) moved_();
  }
  [[nodiscard]] bool given_up() const noexcept { return given_up_.load(std::memory_order_relaxed); }

  // Anybody's.

  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_.load(std::memory_order_acquire); }
  /// Zero if nobody knows yet.
  [[nodiscard]] std::uint64_t total() const noexcept { return total_.load(std::memory_order_acquire); }
  /// Has the worker end soon, without a result.
  void give_up() noexcept { given_up_.store(true, std::memory_order_relaxed); }

private:
  std::atomic<std::uint64_t> bytes_{0};
  std::atomic<std::uint64_t> total_{0};
  std::atomic<bool> given_up_{false};
  std::function<void()> moved_;
};

}  // namespace pappus::integration
