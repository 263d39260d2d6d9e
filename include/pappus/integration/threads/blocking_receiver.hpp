// Receiving ends of a mailbox for application threads: polling, blocking, or by callback.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <span>

#include <pappus/integration/threads/executor.hpp>
#include <pappus/integration/threads/mailbox.hpp>
#include <pappus/io/time.hpp>

namespace pappus::integration {

/// For threads that poll or block. One thread receives at a time; it may be another each time.
class blocking_receiver {
public:
  /// `capacity`: envelopes that may wait.
  explicit blocking_receiver(std::size_t capacity) : mailbox_(capacity, [this] { signal(notified_); }) {}

  /// The mailbox to send to.
  [[nodiscard]] mailbox& mail() noexcept { return mailbox_; }

  /// Receives without blocking. Returns the number of envelopes.
  std::size_t poll(std::span<envelope> into) { return mailbox_.receive(into); }

  /// Receives, after blocking for at most `longest` until the first envelope arrives. Returns 0 on timeout or after
  /// `interrupt`. Does not block if `longest` is zero or negative.
  std::size_t wait(std::span<envelope> into, io::duration longest);

  /// Ends the current `wait`, or the next one if none waits. From any thread.
  void interrupt() noexcept { signal(interrupted_); }

private:
  void signal(bool& what) noexcept;

  mailbox mailbox_;
  std::mutex guard_;  // guards the members below
  std::condition_variable signaled_;
  bool notified_ = false;
  bool interrupted_ = false;
};

/// For applications that use an executor: the executor runs a function that passes each envelope to `open`. At most one
/// such function is scheduled at a time, so envelopes are processed one after the other, though perhaps on different
/// threads.
///
/// `capacity`: envelopes that may wait. `open` is called on the executor's threads; it must not throw.
///
/// Before this object is destroyed, its executor must have run or discarded all functions submitted to it.
class executor_receiver {
public:
  executor_receiver(std::size_t capacity, executor runner, std::function<void(envelope&)> open);

  [[nodiscard]] mailbox& mail() noexcept { return mailbox_; }

private:
  void deliver();
  void run_soon();

  mailbox mailbox_;
  executor executor_;
  std::function<void(envelope&)> open_;
};

}  // namespace pappus::integration
