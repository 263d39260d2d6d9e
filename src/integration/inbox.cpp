#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <pappus/integration/inbox.hpp>

namespace pappus::integration {
namespace {

constexpr std::size_t queued_at_once = 64;

/// A thread of the host's, where nothing is simulated.
using clock = std::chrono::steady_clock;

/// A receiver that has caught up leaves the senders alone for so long before it looks again. If it looked at once, both
/// would wait for the same cache line at each letter, and the receiver never find more than a few.
constexpr io::duration lull = std::chrono::microseconds{10};

}  // namespace

void inbox::signal(bool& what) noexcept {
  {
    const std::lock_guard held{guard_};
    what = true;
  }
  signaled_.notify_one();
}

/// That it was rung is no more than a hint: the letter may have been taken before.
std::size_t inbox::wait(std::span<letter> into, io::duration longest) {
  if (const std::size_t taken = mail_.take(into); taken != 0) return taken;  // without a look at the clock
  const auto begin = clock::now();
  const auto until = begin + std::min<io::duration>(longest, clock::time_point::max() - begin);
  while (clock::now() - begin < std::min(lull, longest)) {
  }
  for (;;) {
    if (const std::size_t taken = mail_.take(into); taken != 0) return taken;
    if (!mail_.rest()) continue;
    std::unique_lock held{guard_};
    const bool signaled = signaled_.wait_until(held, until, [this] { return rung_ || interrupted_; });
    rung_ = false;
    if (std::exchange(interrupted_, false) || !signaled) return 0;
  }
}

delivered_inbox::delivered_inbox(std::size_t capacity, executor by, std::function<void(letter&)> open)
    : mail_(capacity, [this] { run_soon(); }), executor_(std::move(by)), open_(std::move(open)) {
  while (!mail_.rest()) {
  }
}

void delivered_inbox::run_soon() {
  executor_([this] { deliver(); });
}

/// A share of what is there, so that others who use the executor have their turn.
void delivered_inbox::deliver() {
  std::array<letter, queued_at_once> taken;
  const std::size_t count = mail_.take(taken);
  for (letter& each : std::span{taken}.first(count)) open_(each);
  if (!mail_.rest()) run_soon();
}

}  // namespace pappus::integration
