// Asymmetric memory fence: the frequent side costs nothing, the rare side is expensive.
#pragma once

#include <atomic>

namespace pappus::integration {

/// A store before either fence is not reordered with a load after it, as seen by threads that pass the other fence: of
/// two threads that each store, fence, and load what the other has stored, at least one sees the store. Two threads
/// that both pass the light fence are not ordered. (Dice, Huang, Yang 2001, "Asymmetric Dekker synchronization"; on
/// Linux with membarrier(2). Where the system offers nothing, both are full fences.)
class asymmetric_fence {
public:
  asymmetric_fence() noexcept;

  void light() const noexcept {
    if (asymmetric_) std::atomic_signal_fence(std::memory_order_seq_cst);
    else std::atomic_thread_fence(std::memory_order_seq_cst);
  }
  /// Costs some microseconds.
  void heavy() const noexcept;

private:
  bool asymmetric_;
};

}  // namespace pappus::integration
