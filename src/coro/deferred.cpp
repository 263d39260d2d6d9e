#include <pappus/coro/deferred.hpp>

namespace pappus::coro {

bool deferred_operation::start(std::coroutine_handle<> handle, promise_base& promise) noexcept {
  const auto stopped = [](stop_callback& self) noexcept {
    auto& operation = static_cast<deferred_operation&>(self);
    operation.cancel_deferred();
    operation.wake();
  };
  if (!suspend(handle, promise, "deferred", stopped)) return false;
  promise.current().ready->defer(*this);
  return true;
}

}  // namespace pappus::coro
