#include <chrono>
#include <utility>

#include <pappus/io/timeout.hpp>

namespace pappus::io {
namespace {

/// Time after which a deadline was late: the thread or the machine has stood still. The sockets are then polled once
/// more, for what has arrived meanwhile.
constexpr duration late = std::chrono::seconds{1};

}  // namespace

void deadline::arm() noexcept {
  if (when_ == never) return;
  postponed_ = when_ <= runtime_.now();  // what has passed already is not late
  runtime_.timers().arm(*this, when_);
}

void deadline::on_timer() noexcept {
  if (when_ == never || limit_.stop_requested()) return;
  if (when_ > runtime_.now()) return arm();
  const bool is_late = saturating_add(when_, late) < runtime_.now();
  if (is_late && !std::exchange(postponed_, true)) {
    return runtime_.timers().arm(*this, runtime_.now() + std::chrono::milliseconds{1});  // not in the same turn
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
