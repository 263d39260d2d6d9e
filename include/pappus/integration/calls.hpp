// Lets any thread have something done on the loop.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>

#include <pappus/integration/mailbox.hpp>
#include <pappus/io/network.hpp>

namespace pappus::integration {

/// What a call finds.
enum class call_state {
  on_loop,  // it is on the loop, inside a turn, and the loop is open
  busy,     // it is where it was made: too many wait already
  closed,   // it is anywhere: the loop takes no more
};

/// Shared by those who call and by what is called, which closes it; outlives both. Each call is made exactly once, on
/// the loop as long as that is open. It is forgotten as soon as it has been made.
class call_queue {
public:
  /// Does not throw on the loop.
  using call = std::function<void(call_state)>;

  /// On the loop's thread, which closes it before `on` ends.
  call_queue(io::runtime& on, std::size_t capacity);
  call_queue(const call_queue&) = delete;
  call_queue& operator=(const call_queue&) = delete;

  /// From any thread. Those of one thread are made in their order.
  void make(call what);

  /// On the loop's thread: calls that wait are made, as closed ones, and later ones where they come from. Harmless
  /// twice.
  void close();

  [[nodiscard]] mailbox_statistics statistics() const noexcept { return mail_.statistics(); }

private:
  void wake();
  void make_some();
  void turn_away();

  mailbox mail_;
  std::atomic<bool> closed_{false};
  std::mutex guard_;                    // of the wakeup, and of the mailbox's receiving end once it is closed
  std::unique_ptr<io::wakeup> wakeup_;  // while it is open
};

}  // namespace pappus::integration
