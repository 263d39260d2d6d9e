#include <array>
#include <span>
#include <utility>

#include <pappus/integration/threads/call_queue.hpp>

namespace pappus::integration {
namespace {

/// Maximum number of calls executed in one turn of the loop.
constexpr std::size_t calls_at_once = 256;

void make_those_in(std::span<envelope> taken, call_state found) {
  for (envelope& each : taken) {
    const envelope one = std::exchange(each, {});
    one.as<call_queue::call>()(found);
  }
}

}  // namespace

call_queue::call_queue(io::runtime& runtime, std::size_t capacity)
    : mailbox_(capacity, [this] { wake(); }), wakeup_(runtime.make_wakeup([this] { make_some(); })) {
  static_cast<void>(mailbox_.park());  // no thread can have called yet
}

/// The envelope is sent before this checks `closed_`; `close` sets `closed_` before it takes the remaining envelopes.
/// At least one of them sees the other.
void call_queue::post(call what) {
  const auto shared_call = std::make_shared<const call>(std::move(what));
  if (!mailbox_.send({0, shared_call})) return (*shared_call)(closed_ ? call_state::closed : call_state::queue_full);
  if (closed_) reject_queued();
}

void call_queue::wake() {
  const std::lock_guard held{guard_};
  if (wakeup_ != nullptr) wakeup_->notify();
}

/// The wakeup is destroyed only on the loop, so using it here needs no lock. A call may close this queue.
void call_queue::make_some() {
  std::array<envelope, calls_at_once> taken;
  const std::size_t count = mailbox_.receive(taken);
  for (std::size_t i = 0; i != count; ++i) {
    make_those_in(std::span{taken}.subspan(i, 1), closed_ ? call_state::closed : call_state::on_loop);
  }
  if (!closed_ && !mailbox_.park()) wakeup_->notify();
}

void call_queue::reject_queued() {
  std::array<envelope, calls_at_once> taken;
  for (;;) {
    std::size_t count = 0;
    {
      const std::lock_guard held{guard_};
      count = mailbox_.receive(taken);
    }
    if (count == 0) return;
    make_those_in(std::span{taken}.first(count), call_state::closed);
  }
}

void call_queue::close() {
  closed_ = true;
  mailbox_.fence_senders();
  {
    const std::lock_guard held{guard_};
    wakeup_.reset();
  }
  reject_queued();
}

}  // namespace pappus::integration
