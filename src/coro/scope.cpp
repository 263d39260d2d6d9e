#include <pappus/coro/scope.hpp>

namespace pappus::coro {

void scope::root_ended(std::exception_ptr thrown) noexcept {
  --children_;
  if (thrown) failed(std::move(thrown));
  if (children_ == 0 && join_ != nullptr) std::exchange(join_, nullptr)->wake();
}

void scope::failed(std::exception_ptr thrown) noexcept {
  if (!thrown_) thrown_ = std::move(thrown);
  stop_.request_stop();
}

void scope::joined_by(join_operation& join, std::coroutine_handle<> handle, promise_base& promise) noexcept {
  join_ = &join;
  join.suspend_unstoppable(handle, promise, "scope: its children");
}

}  // namespace pappus::coro
