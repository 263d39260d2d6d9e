// Progress of a worker thread with an archive, and its cancellation.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <utility>

namespace pappus::integration {

/// Shared by the worker thread, which writes the progress, and other threads, which read it. Must outlive the use by
/// both.
class work_progress {
public:
  /// `moved` is called on the worker thread after each change; it must neither block nor throw.
  explicit work_progress(std::function<void()> moved = {}) : on_change_(std::move(moved)) {}
  work_progress(const work_progress&) = delete;
  work_progress& operator=(const work_progress&) = delete;

  // For the worker thread.

  /// Sets the total number of bytes. Called once, with a value other than zero.
  void set_total(std::uint64_t bytes) noexcept {
    total_.store(bytes, std::memory_order_release);
    if (on_change_) on_change_();
  }
  /// Sets the number of bytes done so far.
  void set_done(std::uint64_t bytes) noexcept {
    bytes_.store(bytes, std::memory_order_release);
    if (on_change_) on_change_();
  }
  [[nodiscard]] bool is_canceled() const noexcept { return abandoned_.load(std::memory_order_relaxed); }

  // For any thread.

  /// Bytes done so far.
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_.load(std::memory_order_acquire); }
  /// Zero while the total is unknown.
  [[nodiscard]] std::uint64_t total() const noexcept { return total_.load(std::memory_order_acquire); }
  /// Makes the worker stop soon, without a result.
  void cancel() noexcept { abandoned_.store(true, std::memory_order_relaxed); }

private:
  std::atomic<std::uint64_t> bytes_{0};
  std::atomic<std::uint64_t> total_{0};
  std::atomic<bool> abandoned_{false};
  std::function<void()> on_change_;
};

}  // namespace pappus::integration
