// A one-shot value passed from a callback to a waiting coroutine.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include <pappus/coro/event.hpp>

namespace pappus::coro {

/// A callback that stores its argument. Copies share one value, so the callback may outlive the waiter and the waiter
/// may outlive the callback. For one thread.
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

  /// Completes once the callback has been called. Fails only with `errc::canceled`.
  [[nodiscard]] event::wait_operation wait() const noexcept { return shared_->there.wait(); }

  /// The value. Precondition: `wait` has completed.
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
