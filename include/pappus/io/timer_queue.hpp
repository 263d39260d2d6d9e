// Timers in the order in which they are due. Arming allocates nothing; the owner of the clock advances it.
#pragma once

#include <cstddef>
#include <cstdint>

#include <pappus/io/time.hpp>

namespace pappus::io {

class timer_queue;

/// A timer. Lives in its owner; its destructor disarms it.
class timer_node {
public:
  timer_node() = default;
  timer_node(const timer_node&) = delete;
  timer_node& operator=(const timer_node&) = delete;

  [[nodiscard]] bool armed() const noexcept { return queue_ != nullptr; }
  /// The time it was armed for, or the time of the last `expire` before the arming if that was later.
  [[nodiscard]] time_point due() const noexcept { return due_; }

protected:
  ~timer_node();

private:
  friend timer_queue;

  /// Called on the loop at or after `due`, already disarmed. It may arm and disarm any node, and destroy this one.
  virtual void on_timer() noexcept = 0;

  [[nodiscard]] bool precedes(const timer_node& other) const noexcept {
    return due_ != other.due_ ? due_ < other.due_ : sequence_ < other.sequence_;
  }

  timer_queue* queue_ = nullptr;
  timer_node* child_ = nullptr;     // first child; children are due no earlier
  timer_node* next_ = nullptr;      // next sibling
  timer_node* previous_ = nullptr;  // previous sibling, or the parent of the first
  time_point due_{};
  std::uint64_t slot_ : 13 = 0;  // for the queue's use
  std::uint64_t sequence_ : 51 = 0;
};

/// Timers ordered by time, equal times by order of arming. Arming is O(1).
///
/// No node can keep others from expiring: a node armed for a time before the last `expire` is due at the time of that
/// `expire`, after the nodes that have been due for longer, and a node that its own callback arms again expires once
/// per call of `expire`.
class timer_queue {
public:
  timer_queue() = default;
  timer_queue(const timer_queue&) = delete;
  timer_queue& operator=(const timer_queue&) = delete;

  /// Arms `node` for `due`, after disarming it if necessary. A node armed for `never` does not expire.
  void arm(timer_node& node, time_point due) noexcept;
  void disarm(timer_node& node) noexcept;

  /// When the next timer is due; `never` if none is armed. O(1).
  [[nodiscard]] time_point earliest() const noexcept {
    const timer_node* const next = first();
    return next == nullptr ? never : next->due_;
  }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Calls, in order, the timers that are due at `now` and were armed before this call, at most `limit`; returns how
  /// many. Timers that their callbacks arm wait for the next call, so that a timer of zero length cannot block the
  /// loop.
  std::size_t expire(time_point now, std::size_t limit = SIZE_MAX) noexcept;

protected:
  ~timer_queue();

  /// Pairing heaps of nodes (Fredman, Sedgewick, Sleator, Tarjan 1986). Adding is O(1), removing O(log n) amortized.
  class heap {
  public:
    /// Its first node; null if it is empty.
    [[nodiscard]] timer_node* first() const noexcept { return root_; }
    void add(timer_node& node) noexcept { root_ = meld(root_, &node); }
    void remove(timer_node& node) noexcept;
    /// Removes all nodes, and calls `use` for each, in any order; `use` may add it to a heap. O(n).
    template <class Use>
    void drain(Use use) noexcept;

  private:
    static timer_node* meld(timer_node* left, timer_node* right) noexcept;
    static timer_node* meld_siblings(timer_node* first) noexcept;

    timer_node* root_ = nullptr;
  };

  [[nodiscard]] static time_point due_of(const timer_node& node) noexcept { return node.due_; }
  [[nodiscard]] static std::size_t slot_of(const timer_node& node) noexcept { return node.slot_; }
  static void set_slot(timer_node& node, std::size_t slot) noexcept { node.slot_ = slot & 0x1fff; }

private:
  /// Called when `earliest` has become earlier, or no timer is left. Not called when it has only become later: expiring
  /// too early is harmless.
  virtual void earliest_changed() noexcept = 0;

  virtual void add(timer_node& node) noexcept = 0;
  virtual void remove(timer_node& node) noexcept = 0;
  /// The node that is due first; null if there is none.
  [[nodiscard]] virtual const timer_node* first() const noexcept = 0;
  /// The first node if it is due at `now`, else null. Nodes that are added later are not due before it, or before `now`
  /// if it is null.
  virtual timer_node* first_due(time_point now) noexcept = 0;

  std::size_t size_ = 0;
  std::uint64_t armed_so_far_ = 0;
  time_point expired_at_ = time_point::min();  // the latest time that was passed to `expire`
};

template <class Use>
void timer_queue::heap::drain(Use use) noexcept {
  timer_node* first = root_;
  timer_node* last = root_;
  root_ = nullptr;
  while (first != nullptr) {
    last->next_ = first->child_;
    while (last->next_ != nullptr) last = last->next_;
    timer_node& node = *first;
    first = node.next_;
    node.child_ = node.next_ = node.previous_ = nullptr;
    use(node);
  }
}

}  // namespace pappus::io
