// Operating system signals as awaitable operations.
#pragma once

#include <initializer_list>
#include <memory>
#include <vector>

#include <pappus/coro/channel.hpp>
#include <pappus/uv/loop.hpp>

namespace pappus::uv {

/// Catches signals from its construction to its destruction. Signals that arrive while no operation waits are queued,
/// up to 16.
class signal_set {
public:
  /// Throws `std::system_error` if a signal cannot be caught.
  signal_set(loop& on, std::initializer_list<int> numbers);
  signal_set(const signal_set&) = delete;
  signal_set& operator=(const signal_set&) = delete;
  ~signal_set();

  /// Completes with the number of the next signal. Fails only with `errc::canceled`.
  [[nodiscard]] channel<int>::receive_operation wait() noexcept { return caught_.receive(); }

private:
  struct signal_handle;
  void close_all() noexcept;

  loop& on_;
  channel<int> caught_{16};
  std::vector<signal_handle*> watches_;  // each lives until libuv has closed its handle
};

}  // namespace pappus::uv
