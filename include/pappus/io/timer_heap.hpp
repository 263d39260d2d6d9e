// A queue of a few timers that takes no memory of its own.
#pragma once

#include <pappus/io/timer_queue.hpp>

namespace pappus::io {

/// A pairing heap: disarming and expiring are O(log n) amortized.
class timer_heap : public timer_queue {
public:
protected:
  ~timer_heap() = default;

private:
  void add(timer_node& node) noexcept final { nodes_.add(node); }
  void remove(timer_node& node) noexcept final { nodes_.remove(node); }
  [[nodiscard]] const timer_node* first() const noexcept final { return nodes_.first(); }
  timer_node* first_due(time_point now) noexcept final { return earliest() <= now ? nodes_.first() : nullptr; }

  heap nodes_;
};

}  // namespace pappus::io
