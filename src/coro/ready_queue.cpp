#include <pappus/coro/ready_queue.hpp>

namespace pappus::coro {

std::size_t ready_queue::run() noexcept {
  std::size_t resumed = 0;
  ++depth_;
  for (; head_ != nullptr && !exhausted(); ++resumed) {
    charge(resume_cost);
    item* const next = head_;
    head_ = next->next_;
    next->handle_.resume();
  }
  --depth_;
  if (head_ != nullptr) wake();
  return resumed;
}

}  // namespace pappus::coro
