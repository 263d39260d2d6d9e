#include <pappus/coro/event.hpp>

namespace pappus::coro {

bool event::wait_operation::start(std::coroutine_handle<> handle, promise_base& promise) noexcept {
  canceled_ = !suspend(handle, promise, "event",
                       [](stop_callback& self) noexcept { static_cast<wait_operation&>(self).cancel(); });
  if (!canceled_) awaited_.waiting_.push_back(*this);
  return !canceled_;
}

void event::wait_operation::cancel() noexcept {
  awaited_.waiting_.remove(*this);
  canceled_ = true;
  wake();
}

void event::set() noexcept {
  set_ = true;
  while (wait_operation* const first = waiting_.pop_front()) first->wake();
}

}  // namespace pappus::coro
