#include <cstddef>

#include <pappus/coro/event.hpp>
#include <pappus/prefetch.hpp>

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

/// The waiter lives in the frame, whose other end is not known: of most frames this is all.
void event::prefetch_waiter() const noexcept {
  constexpr std::ptrdiff_t around = 192;
  if (const wait_operation* const waiter = waiting_.first()) prefetch_around(waiter, around, around);
}

}  // namespace pappus::coro
