// Two fences that order as one pair: the one that is passed often costs nothing, the other makes up for it.
#pragma once

#include <atomic>

namespace pappus::integration {

/// A store before either fence and a load behind it are not exchanged as far as threads see that pass the other one: of
/// two threads that each store, fence, and look at what the other has stored, one at least sees it. Threads that both
/// pass the light fence are not ordered. (Dice, Huang, Yang 2001, "Asymmetric Dekker synchronization"; on Linux with
/// membarrier(2). Where the system offers nothing both are full fences.)
class asymmetric_fence {
public:
  asymmetric_fence() noexcept;

  void light() const noexcept {
    if (asymmetric_) std::atomic_signal_fence(std::memory_order_seq_cst);
    else std::atomic_thread_fence(std::memory_order_seq_cst);
  }
  /// Some microseconds.
  void heavy() const noexcept;

private:
  bool asymmetric_;
};

}  // namespace pappus::integration
