// A mailbox for the loop: what other threads send is opened there, a share of it in each turn.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include <pappus/integration/mailbox.hpp>
#include <pappus/io/network.hpp>

namespace pappus::integration {

/// Made and destroyed on the loop's thread; nobody may send any more when it is destroyed, and what has not been opened
/// by then is thrown away.
class loop_receiver {
public:
  /// `open` is called on the loop with each letter, inside a turn. It must not throw.
  loop_receiver(io::runtime& on, std::size_t capacity, std::function<void(envelope&)> open);
  loop_receiver(const loop_receiver&) = delete;
  loop_receiver& operator=(const loop_receiver&) = delete;

  /// Where others send to.
  [[nodiscard]] mailbox& mail() noexcept { return mail_; }

  /// Opens all that is there now.
  void open_all();

private:
  std::size_t open_some();
  void woken();

  std::function<void(envelope&)> open_;
  std::unique_ptr<io::wakeup> wakeup_;
  mailbox mail_;
};

}  // namespace pappus::integration
