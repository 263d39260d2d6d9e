// A heap of all timers of a loop. Arming allocates nothing; the owner of the clock advances it.
#pragma once

#include <cstddef>
#include <cstdint>

#include <pappus/io/time.hpp>

namespace pappus::io {

class timer_heap;

/// A timer. Lives in its owner; its destructor disarms it.
class timer_node {
public:
  timer_node() = default;
  timer_node(const timer_node&) = delete;
  timer_node& operator=(const timer_node&) = delete;

  [[nodiscard]] bool armed() const noexcept { return heap_ != nullptr; }
  /// The time it was armed for, or the time of the last `expire` before the arming if that was later.
  [[nodiscard]] time_point due() const noexcept { return due_; }

protected:
  ~timer_node();

private:
  friend timer_heap;

  /// Called on the loop at or after `due`, already disarmed. It may arm and disarm any node, and destroy this one.
  virtual void on_timer() noexcept = 0;

  [[nodiscard]] bool precedes(const timer_node& other) const noexcept {
    return due_ != other.due_ ? due_ < other.due_ : sequence_ < other.sequence_;
  }

  timer_heap* heap_ = nullptr;
  timer_node* child_ = nullptr;     // first child; children are due no earlier
  timer_node* next_ = nullptr;      // next sibling
  timer_node* previous_ = nullptr;  // previous sibling, or the parent of the first
  time_point due_{};
  std::uint64_t sequence_ = 0;
};

/// A pairing heap (Fredman, Sedgewick, Sleator, Tarjan 1986) ordered by time, equal times by order of arming. Arming is
/// O(1), disarming and expiring O(log n) amortized.
///
/// No node can keep others from expiring: a node armed for a time before the last `expire` is due at the time of that
/// `expire`, after the nodes that have been due for longer, and a node that its own callback arms again expires once
/// per call of `expire`.
class timer_heap {
public:
  timer_heap() = default;
  timer_heap(const timer_heap&) = delete;
  timer_heap& operator=(const timer_heap&) = delete;

  /// Arms `node` for `due`, after disarming it if necessary. A node armed for `never` does not expire.
  void arm(timer_node& node, time_point due) noexcept;
  void disarm(timer_node& node) noexcept;

  /// When the next timer is due; `never` if none is armed.
  [[nodiscard]] time_point earliest() const noexcept { return root_ == nullptr ? never : root_->due_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Calls, in order, the timers that are due at `now` and were armed before this call, at most `limit`; returns how
  /// many. Timers that their callbacks arm wait for the next call, so that a timer of zero length cannot block the
  /// loop.
  std::size_t expire(time_point now, std::size_t limit = SIZE_MAX) noexcept;

protected:
  ~timer_heap();

private:
  /// Called when `earliest` has become earlier, or no timer is left. Not called when it has only become later: expiring
  /// too early is harmless.
  virtual void earliest_changed() noexcept = 0;

  static timer_node* meld(timer_node* left, timer_node* right) noexcept;
  static timer_node* meld_siblings(timer_node* first) noexcept;

  timer_node* root_ = nullptr;
  std::size_t size_ = 0;
  std::uint64_t armed_so_far_ = 0;
  time_point expired_at_ = time_point::min();  // the latest time that was passed to `expire`
};

}  // namespace pappus::io
