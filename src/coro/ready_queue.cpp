#include <pappus/coro/ready_queue.hpp>

namespace pappus::coro {

std::size_t ready_queue::run() noexcept {
  ++depth_;
  std::size_t resumed = run_ready();
  while (!deferred_.empty() && may_call_deferred()) {
    const std::size_t before = spent_;
    deferred_work& next = *deferred_.first();
    next.cancel_deferred();
    ++deferred_calls_;
    charge(resume_cost);
    next.run_deferred();
    resumed += run_ready();
    deferred_spent_ += spent_ - before;
  }
  --depth_;
  if (!empty()) wake();
  return resumed;
}

std::size_t ready_queue::run_ready() noexcept {
  std::size_t resumed = 0;
  for (; head_ != nullptr && !exhausted(); ++resumed) {
    charge(resume_cost);
    item* const next = head_;
    head_ = next->next_;
    next->handle_.resume();
  }
  return resumed;
}

}  // namespace pappus::coro
