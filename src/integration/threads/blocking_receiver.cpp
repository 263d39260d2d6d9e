#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <pappus/integration/threads/blocking_receiver.hpp>

namespace pappus::integration {
namespace {

constexpr std::size_t queued_at_once = 64;

/// Real time: these are application threads, which are not simulated.
using clock = std::chrono::steady_clock;

/// Time for which a receiver with an empty queue busy-waits before it checks again. If it checked at once, receiver and
/// senders would contend for the same cache line at each envelope, and the receiver would never find more than a few.
constexpr io::duration lull = std::chrono::microseconds{10};

}  // namespace

void blocking_receiver::signal(bool& what) noexcept {
  {
    const std::lock_guard held{guard_};
    what = true;
  }
  signaled_.notify_one();
}

/// `rung_` is only a hint: the envelope may have been taken before.
std::size_t blocking_receiver::wait(std::span<envelope> into, io::duration longest) {
  if (const std::size_t taken = mailbox_.receive(into); taken != 0) return taken;  // without reading the clock
  const auto begin = clock::now();
  const auto until = begin + std::min<io::duration>(longest, clock::time_point::max() - begin);
  while (clock::now() - begin < std::min(lull, longest)) {
  }
  for (;;) {
    if (const std::size_t taken = mailbox_.receive(into); taken != 0) return taken;
    if (!mailbox_.park()) continue;
    std::unique_lock held{guard_};
    const bool signaled = signaled_.wait_until(held, until, [this] { return notified_ || interrupted_; });
    notified_ = false;
    if (std::exchange(interrupted_, false) || !signaled) return 0;
  }
}

executor_receiver::executor_receiver(std::size_t capacity, executor runner, std::function<void(envelope&)> open)
    : mailbox_(capacity, [this] { run_soon(); }), executor_(std::move(runner)), open_(std::move(open)) {
  while (!mailbox_.park()) {
  }
}

void executor_receiver::run_soon() {
  executor_([this] { deliver(); });
}

/// Processes a limited number of envelopes, so that other users of the executor get their turn.
void executor_receiver::deliver() {
  std::array<envelope, queued_at_once> taken;
  const std::size_t count = mailbox_.receive(taken);
  for (envelope& each : std::span{taken}.first(count)) open_(each);
  if (!mailbox_.park()) run_soon();
}

}  // namespace pappus::integration
