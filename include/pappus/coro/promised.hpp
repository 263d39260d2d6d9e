// A value that a callback will be given, for a coroutine that waits for it.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include <pappus/coro/event.hpp>

namespace pappus::coro {

/// A callback that keeps what it is called with. Copies share one value, so that whoever holds the callback may outlast
/// whoever waits, and the other way round. For one thread.
template <class T>
class oneshot {
public:
  oneshot() : shared_(std::make_shared<state>()) {}

  /// The callback. Only the first call counts.
  void operator()(T value) const {
    if (shared_->value) return;
    shared_->value.emplace(std::move(value));
    shared_->there.set();
  }

  /// Completes when there is a value. Fails only with `errc::canceled`.
  [[nodiscard]] event::wait_operation wait() const noexcept { return shared_->there.wait(); }

  /// The value, once `wait` has completed.
  [[nodiscard]] T& operator*() const noexcept { return *shared_->value; }

private:
  struct state {
    event there;
    std::optional<T> value;
  };

  std::shared_ptr<state> shared_;
};

}  // namespace pappus::coro

namespace pappus {
using coro::oneshot;
}  // namespace pappus
