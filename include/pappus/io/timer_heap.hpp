// A queue of a few timers that takes no memory of its own.
#pragma once

#include <pappus/io/timer_queue.hpp>

namespace pappus::io {

/// A pairing heap: disarming and expiring are O(log n) amortized.
class timer_heap : public timer_queue {
public:
  [[nodiscard]] time_point earliest() const noexcept final {
    const timer_node* const first = nodes_.first();
    return first == nullptr ? never : due_of(*first);
  }

protected:
  ~timer_heap() = default;

private:
  void add(timer_node& node) noexcept final { nodes_.add(node); }
  void remove(timer_node& node) noexcept final { nodes_.remove(node); }
  timer_node* first_due(time_point now) noexcept final { return earliest() <= now ? nodes_.first() : nullptr; }

  heap nodes_;
};

}  // namespace pappus::io
