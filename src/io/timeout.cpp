#include <pappus/io/timeout.hpp>

namespace pappus::io {
namespace {

task<result<stream_ptr>> dial(runtime& on, endpoint remote) { co_return co_await on.connect(remote); }

task<result<void>> when_set(event& awaited) { co_return co_await awaited.wait(); }

}  // namespace

task<result<stream_ptr>> connect_within(runtime& on, duration limit, endpoint remote) {
  return with_timeout(on, limit, dial(on, remote));
}

task<result<void>> wait_within(runtime& on, duration limit, event& awaited) {
  return with_timeout(on, limit, when_set(awaited));
}

void deadline::arm() noexcept {
  if (when_ != never) on_.timers().arm(*this, when_);
}

void deadline::on_timer() noexcept {
  if (when_ == never || limit_.stop_requested()) return;
  if (when_ > on_.now()) {
    on_.timers().arm(*this, when_);
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
