// Receiving end of a mailbox on the loop: opens the envelopes from other threads, a limited number in each turn.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include <pappus/integration/threads/mailbox.hpp>
#include <pappus/io/runtime.hpp>

namespace pappus::integration {

/// Constructed and destroyed on the loop's thread. No thread may send any more when it is destroyed; envelopes not
/// opened by then are discarded.
class loop_receiver {
public:
  /// `capacity`: envelopes that may wait. `open` is called on the loop with each envelope, inside a turn. It must not
  /// throw.
  loop_receiver(io::runtime& runtime, std::size_t capacity, std::function<void(envelope&)> open);
  loop_receiver(const loop_receiver&) = delete;
  loop_receiver& operator=(const loop_receiver&) = delete;

  /// The mailbox to send to.
  [[nodiscard]] mailbox& mail() noexcept { return mailbox_; }

  /// Opens all envelopes that have arrived. On the loop's thread.
  void open_all();

private:
  std::size_t open_some();
  void woken();

  std::function<void(envelope&)> open_;
  std::unique_ptr<io::wakeup> wakeup_;
  mailbox mailbox_;
};

}  // namespace pappus::integration
