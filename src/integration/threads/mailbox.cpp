#include <algorithm>
#include <atomic>
#include <utility>

#include <concurrentqueue.h>

#include <pappus/integration/threads/mailbox.hpp>

#include "asymmetric_fence.hpp"

namespace pappus::integration {
namespace {

constexpr std::size_t cache_line = 64;
constexpr std::size_t most_credits_at_once = 64;

using queue = moodycamel::ConcurrentQueue<envelope>;

}  // namespace

/// Members are on separate cache lines by writing thread: a line that one thread writes and another reads at each
/// envelope costs more than everything else.
struct mailbox::shared {
  shared(std::size_t capacity, std::function<void()> call)
      : letters(capacity), receiving(letters), credits(capacity), wake(std::move(call)) {}

  queue letters;
  alignas(cache_line) moodycamel::ConsumerToken receiving;  // receiver only
  alignas(cache_line) std::atomic<std::size_t> credits;     // both sides, but not at each envelope
  alignas(cache_line) std::atomic<bool> parked{false};      // written when the receiver parks or is woken
  const asymmetric_fence fence;
  std::atomic<std::uint64_t> woken{0};
  std::atomic<std::uint64_t> refused{0};
  const std::function<void()> wake;
};

struct mailbox::sender::state {
  explicit state(queue& to) : token(to) {}
  moodycamel::ProducerToken token;
};

mailbox::mailbox(std::size_t capacity, std::function<void()> wake)
    : capacity_(std::max<std::size_t>(capacity, 1)),
      fetched_at_once_(std::clamp<std::size_t>(capacity_ / most_credits_at_once, 1, most_credits_at_once)),
      shared_(std::make_unique<shared>(capacity_, std::move(wake))) {}

mailbox::~mailbox() = default;

std::size_t mailbox::fetch_credits(std::size_t max) noexcept {
  std::size_t there = shared_->credits.load(std::memory_order_relaxed);
  while (there != 0) {
    const std::size_t taken = std::min(there, max);
    if (shared_->credits.compare_exchange_weak(there, there - taken, std::memory_order_relaxed)) return taken;
  }
  refuse();
  return 0;
}

/// Counts an envelope refused for lack of credits or memory.
bool mailbox::refuse() noexcept {
  shared_->refused.fetch_add(1, std::memory_order_relaxed);
  return false;
}

/// Called after the envelope is in the queue. Either this sees that the receiver is parked, or the receiver, which sets
/// the flag before its last check of the queue, sees the envelope: the fences on both sides exclude any other outcome.
void mailbox::wake_if_resting() noexcept {
  shared_->fence.light();
  if (!shared_->parked.load(std::memory_order_relaxed)) return;
  if (!shared_->parked.exchange(false, std::memory_order_acq_rel)) return;
  shared_->woken.fetch_add(1, std::memory_order_relaxed);
  shared_->wake();
}

bool mailbox::send(envelope&& envelope) {
  if (fetch_credits(1) == 0) return false;
  if (shared_->letters.enqueue(std::move(envelope))) {
    wake_if_resting();
    return true;
  }
  shared_->credits.fetch_add(1, std::memory_order_relaxed);
  return refuse();
}

mailbox::sender::sender(mailbox& to) : to_(to), state_(std::make_unique<state>(to.shared_->letters)) {}

mailbox::sender::~sender() { to_.shared_->credits.fetch_add(credits_, std::memory_order_relaxed); }

bool mailbox::sender::send(envelope&& envelope) {
  if (credits_ == 0) credits_ = to_.fetch_credits(to_.fetched_at_once_);
  if (credits_ == 0) return false;
  if (!to_.shared_->letters.enqueue(state_->token, std::move(envelope))) return to_.refuse();
  --credits_;
  to_.wake_if_resting();
  return true;
}

std::size_t mailbox::receive(std::span<envelope> into) {
  const std::size_t taken = shared_->letters.try_dequeue_bulk(shared_->receiving, into.data(), into.size());
  if (taken != 0) shared_->credits.fetch_add(taken, std::memory_order_relaxed);
  return taken;
}

/// The release store makes all that the receiver has done visible to the thread that wakes it, since the receiver may
/// continue on another thread.
bool mailbox::park() noexcept {
  shared_->parked.store(true, std::memory_order_release);
  shared_->fence.heavy();
  if (shared_->letters.size_approx() == 0) return true;
  const bool awake_already = !shared_->parked.exchange(false, std::memory_order_acq_rel);
  return awake_already;
}

void mailbox::fence_senders() const noexcept { shared_->fence.heavy(); }

mailbox_statistics mailbox::statistics() const noexcept {
  return {shared_->refused.load(std::memory_order_relaxed), shared_->woken.load(std::memory_order_relaxed)};
}

}  // namespace pappus::integration
