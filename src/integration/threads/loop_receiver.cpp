#include <array>
#include <span>
#include <utility>

#include <pappus/integration/threads/loop_receiver.hpp>

namespace pappus::integration {
namespace {

/// Maximum number of envelopes opened in one turn of the loop.
constexpr std::size_t letters_at_once = 256;

}  // namespace

loop_receiver::loop_receiver(io::runtime& runtime, std::size_t capacity, std::function<void(envelope&)> open)
    : open_(std::move(open)),
      wakeup_(runtime.make_wakeup([this] { woken(); })),
      mailbox_(capacity, [this] { wakeup_->notify(); }) {
  static_cast<void>(mailbox_.park());  // no thread can have sent anything yet
}

std::size_t loop_receiver::open_some() {
  std::array<envelope, letters_at_once> taken;
  const std::size_t count = mailbox_.receive(taken);
  for (envelope& each : std::span{taken}.first(count)) open_(each);
  return count;
}

void loop_receiver::woken() {
  open_some();
  if (!mailbox_.park()) wakeup_->notify();
}

void loop_receiver::open_all() {
  while (open_some() != 0) {
  }
}

}  // namespace pappus::integration
