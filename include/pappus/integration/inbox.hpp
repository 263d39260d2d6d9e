// A mailbox for a thread of the host's: it may look, wait, or be called back.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <span>

#include <pappus/integration/mailbox.hpp>
#include <pappus/io/time.hpp>

namespace pappus::integration {

/// Runs a function somewhere, sooner or later: a thread pool's `post`, for example. Called from any thread.
using executor = std::function<void(std::function<void()>)>;

/// For threads that come by themselves.
class blocking_receiver {
public:
  explicit blocking_receiver(std::size_t capacity) : mail_(capacity, [this] { signal(rung_); }) {}

  /// Where others send to.
  [[nodiscard]] mailbox& mail() noexcept { return mail_; }

  /// What is there now; gives how many letters.
  std::size_t poll(std::span<envelope> into) { return mail_.take(into); }

  /// The same, after waiting for the first for so long at most; 0 if none came, or after `interrupt`. No time or less
  /// only looks.
  std::size_t wait(std::span<envelope> into, io::duration longest);

  /// Has the wait that is going on, or the next one, end. From any thread.
  void interrupt() noexcept { signal(interrupted_); }

private:
  void signal(bool& what) noexcept;

  mailbox mail_;
  std::mutex guard_;  // of what follows
  std::condition_variable signaled_;
  bool rung_ = false;
  bool interrupted_ = false;
};

/// For a host that wants to be called: has an executor run a function that hands each letter to `open`. One such
/// function is under way at most, so letters are opened one after the other, though perhaps on different threads.
///
/// Its executor must have run all it was given, or have thrown it away, when it is destroyed.
class executor_receiver {
public:
  executor_receiver(std::size_t capacity, executor by, std::function<void(envelope&)> open);

  [[nodiscard]] mailbox& mail() noexcept { return mail_; }

private:
  void deliver();
  void run_soon();

  mailbox mail_;
  executor executor_;
  std::function<void(envelope&)> open_;
};

}  // namespace pappus::integration
