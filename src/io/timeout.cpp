#include <pappus/io/timeout.hpp>

namespace pappus::io {

void deadline::arm() noexcept {
  if (when_ != never) runtime_.timers().arm(*this, when_);
}

void deadline::on_timer() noexcept {
  if (when_ == never || limit_.stop_requested()) return;
  if (when_ > runtime_.now()) {
    runtime_.timers().arm(*this, when_);
    return;
  }
  expired_ = true;
  limit_.request_stop();
}

void grace_period::begin_with(coro::stop_token stopped) noexcept {
  if (stopped.stop_requested()) return limit_.expires_after(length_);
  stopped.link(*this, [](coro::stop_callback& self) noexcept {
    auto& begun = static_cast<grace_period&>(self);
    begun.limit_.expires_after(begun.length_);
  });
}

}  // namespace pappus::io
