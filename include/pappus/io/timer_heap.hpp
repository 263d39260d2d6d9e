// All timers of a loop in one heap: arming allocates nothing, and whoever owns the clock advances it.
#pragma once

#include <cstddef>
#include <cstdint>

#include <pappus/io/time.hpp>

namespace pappus::io {

class timer_heap;

/// Something that happens at a time. Lives in its owner; disarmed by its destructor.
class timer_node {
public:
  timer_node() = default;
  timer_node(const timer_node&) = delete;
  timer_node& operator=(const timer_node&) = delete;

  [[nodiscard]] bool armed() const noexcept { return heap_ != nullptr; }
  /// When it was armed for, or when it was armed if that had passed.
  [[nodiscard]] time_point due() const noexcept { return due_; }

protected:
  ~timer_node();

private:
  friend timer_heap;

  /// Called on the loop at or after `due`, already disarmed. It may arm and disarm any node, and destroy this one.
  virtual void on_timer() noexcept = 0;

  [[nodiscard]] bool before(const timer_node& other) const noexcept {
    return due_ != other.due_ ? due_ < other.due_ : sequence_ < other.sequence_;
  }

  timer_heap* heap_ = nullptr;
  timer_node* child_ = nullptr;     // first of those that are due later
  timer_node* next_ = nullptr;      // sibling
  timer_node* previous_ = nullptr;  // sibling before, or parent of the first
  time_point due_{};
  std::uint64_t sequence_ = 0;
};

/// A pairing heap (Fredman, Sedgewick, Sleator, Tarjan 1986) ordered by time, equal times by order of arming. Arming is
/// O(1), disarming and expiring O(log n) amortised.
///
/// No node can keep others from expiring, whatever it is armed for: one that is armed for a time before the last
/// `expire` is due then, behind those that have been due for longer, and one that is armed again and again by its own
/// callback expires once in each call.
class timer_heap {
public:
  timer_heap() = default;
  timer_heap(const timer_heap&) = delete;
  timer_heap& operator=(const timer_heap&) = delete;

  /// Arms `node` for `due`, disarming it first if need be. One for `never` does not expire.
  void arm(timer_node& node, time_point due) noexcept;
  void disarm(timer_node& node) noexcept;

  /// When the next timer is due; `never` if none is armed.
  [[nodiscard]] time_point earliest() const noexcept { return root_ == nullptr ? never : root_->due_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Calls, in order, those that are due at `now` and were armed before this call, `limit` of them at most; gives how
  /// many. What their callbacks arm waits for the next call, so that a timer of zero length cannot hold the loop.
  std::size_t expire(time_point now, std::size_t limit = SIZE_MAX) noexcept;

protected:
  ~timer_heap();

private:
  /// Tells the backend that `earliest` has become earlier, or that no timer is left. Not called when it has merely
  /// become later: expiring too early is harmless.
  virtual void earliest_changed() noexcept = 0;

  static timer_node* meld(timer_node* left, timer_node* right) noexcept;
  static timer_node* meld_siblings(timer_node* first) noexcept;

  timer_node* root_ = nullptr;
  std::size_t size_ = 0;
  std::uint64_t armed_so_far_ = 0;
  time_point expired_at_ = time_point::min();  // the latest time for which timers have been expired
};

}  // namespace pappus::io
