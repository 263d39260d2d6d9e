#include <array>
#include <cstdio>

#include <pappus/coro/scope.hpp>

namespace pappus::coro {

void scope::spawn(task<void> child) {
  const context here{ready_, stop_.token()};
  root::launch(here, std::move(child), *this);
  ++children_;  // the child has not started yet; if `launch` throws for lack of memory, there is no child to count
}

task<void> scope::watch(task<result<void>> child) {
  const auto ended = co_await std::move(child);
  if (!ended) child_failed(ended.error());
}

void scope::root_ended(std::exception_ptr thrown) noexcept {
  --children_;
  if (thrown && supervisor_ != nullptr) supervisor_->task_failed(std::move(thrown));
  else if (thrown) failed(std::move(thrown));
  if (children_ == 0 && join_ != nullptr) std::exchange(join_, nullptr)->wake();
}

void scope::failed(std::exception_ptr thrown) noexcept {
  if (!thrown_) thrown_ = std::move(thrown);
  stop_.request_stop();
}

void scope::child_failed(std::error_code error) noexcept {
  if (!fail_fast_ || error_) return;
  error_ = error;
  stop_.request_stop();
}

task<void> scope::join() {
  while (children_ != 0) co_await join_operation{*this};
}

void scope::expect_locals_unused(const live_coroutine_entry& ended_body) const noexcept {
  if (children_ == 0) return;
  const coroutine_info* const user = ended_body.user_of_locals();
  if (user == nullptr) return;
  std::array<char, 256> line{};
  std::snprintf(
      line.data(), line.size(),
      "scope: its body has ended, but %s (line %u) still uses a local of the body; await join() before, or make "
      "it a parameter of the body",
      user->function, user->line);
  misuse(line.data());
}

void scope::start_join(join_operation& join, std::coroutine_handle<> handle, promise_base& promise) noexcept {
  if (join_ != nullptr) misuse("scope::join: awaited by two coroutines; only the body may await it");
  join_ = &join;
  join.suspend_without_stop(handle, promise, "scope: its children");
}

}  // namespace pappus::coro
