#include <algorithm>
#include <utility>

#include <pappus/io/timer.hpp>

namespace pappus::io {

bool sleep_operation::start(std::coroutine_handle<> handle, coro::promise_base& promise) noexcept {
  canceled_ = !suspend(handle, promise, "timer",
                       [](coro::stop_callback& self) noexcept { static_cast<sleep_operation&>(self).cancel(); });
  if (!canceled_) runtime_.timers().arm(*this, until_);
  return !canceled_;
}

void sleep_operation::cancel() noexcept {
  runtime_.timers().disarm(*this);
  canceled_ = true;
  wake();
}

void timer::start_once(duration after, std::function<void()> function) {
  function_ = std::move(function);
  repeats_ = false;
  runtime_.timers().arm(*this, saturating_add(runtime_.now(), after));
}

void timer::start_repeating(duration interval, std::function<void()> function) {
  function_ = std::move(function);
  interval_ = interval;
  repeats_ = true;
  runtime_.timers().arm(*this, saturating_add(runtime_.now(), interval));
}

void timer::stop() noexcept { runtime_.timers().disarm(*this); }

void timer::on_timer() noexcept {
  // The function may destroy this timer or replace the function, so a copy on the stack is called.
  if (!repeats_) {
    const std::function<void()> function = std::exchange(function_, nullptr);
    function();
    return;
  }
  runtime_.timers().arm(*this, std::max(saturating_add(due(), interval_), runtime_.now()));
  const std::function<void()> function = function_;
  function();
}

}  // namespace pappus::io
