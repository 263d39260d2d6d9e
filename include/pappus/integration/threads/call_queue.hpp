// Queue of functions that any thread can have called on the loop.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>

#include <pappus/integration/threads/mailbox.hpp>
#include <pappus/io/runtime.hpp>

namespace pappus::integration {

/// Where and in which state of the queue a call is executed.
enum class call_state {
  on_loop,     // executed on the loop, inside a turn; the queue is open
  queue_full,  // executed on the calling thread: the queue is full
  closed,      // executed on any thread: the queue is closed
};

/// Shared by the calling threads and by the owner on the loop, which closes it; must outlive both. Each call is
/// executed exactly once, on the loop as long as the queue is open, and destroyed right afterwards.
class call_queue {
public:
  /// Must not throw on the loop.
  using call = std::function<void(call_state)>;

  /// Construct on the loop's thread, which must close the queue before `runtime` is destroyed.
  call_queue(io::runtime& runtime, std::size_t capacity);
  call_queue(const call_queue&) = delete;
  call_queue& operator=(const call_queue&) = delete;

  /// Enqueues a call. From any thread. Calls of one thread are executed in order.
  void post(call what);

  /// Closes the queue. On the loop's thread. Queued calls are executed with `call_state::closed`, later ones on the
  /// calling thread. Idempotent.
  void close();

  [[nodiscard]] mailbox_statistics statistics() const noexcept { return mailbox_.statistics(); }

private:
  void wake();
  void make_some();
  void reject_queued();

  mailbox mailbox_;
  std::atomic<bool> closed_{false};
  std::mutex guard_;                    // guards the wakeup, and the receiving end of the mailbox once closed
  std::unique_ptr<io::wakeup> wakeup_;  // null once closed
};

}  // namespace pappus::integration
