#include <pappus/coro/ready_queue.hpp>

namespace pappus::coro {

void ready_queue::run(std::size_t budget) noexcept {
  ++depth_;
  for (; budget != 0 && head_ != nullptr; --budget) {
    item* const next = head_;
    head_ = next->next_;
    next->handle_.resume();
  }
  --depth_;
  if (head_ != nullptr) wake();
}

}  // namespace pappus::coro
