// Runs a function on a worker thread and returns its result on the loop.
#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <pappus/coro/when_all.hpp>
#include <pappus/exceptions.hpp>
#include <pappus/io/operation.hpp>
#include <pappus/io/runtime.hpp>

namespace pappus::io {

template <class Function>
class offload_operation;

namespace detail {

/// The function, its result, and the waiting operation, if it still exists. Lives until the work is done, even if no
/// operation waits for it.
template <class Function>
class offloaded final : public work {
public:
  using value_type = coro::non_void_t<std::invoke_result_t<Function&>>;

  offloaded(Function function, offload_operation<Function>& waiting)
      : function_(std::move(function)), waiting_(&waiting) {}

  void run() noexcept override {
    PAPPUS_EXCEPTIONS_TRY {
      if constexpr (std::is_void_v<std::invoke_result_t<Function&>>) {
        function_();
        value_.emplace();
      } else {
        value_.emplace(function_());
      }
    }
    PAPPUS_EXCEPTIONS_CATCH { thrown_ = std::current_exception(); }
  }

  void on_complete() noexcept override {
    if (waiting_ != nullptr) waiting_->finished(std::move(value_), std::move(thrown_));
  }

  void forget_waiter() noexcept { waiting_ = nullptr; }

private:
  Function function_;
  std::optional<value_type> value_;
  std::exception_ptr thrown_;
  offload_operation<Function>* waiting_;
};

}  // namespace detail

/// See `offload`.
template <class Function>
class [[nodiscard]] offload_operation final : public operation<typename detail::offloaded<Function>::value_type> {
public:
  using base = operation<typename detail::offloaded<Function>::value_type>;
  using value_type = typename detail::offloaded<Function>::value_type;

  offload_operation(runtime& runtime, Function function)
      : base("worker"), runtime_(runtime), function_(std::move(function)) {}

  result<value_type> await_resume() {
    result<value_type> given = base::await_resume();
    if (thrown_) std::rethrow_exception(thrown_);
    return given;
  }

private:
  friend detail::offloaded<Function>;

  void begin() override {
    auto queued = std::make_unique<detail::offloaded<Function>>(std::move(function_), *this);
    running_ = queued.get();
    runtime_.submit(std::move(queued));
  }

  void abandon() noexcept override { running_->forget_waiter(); }

  void finished(std::optional<value_type> value, std::exception_ptr thrown) {
    thrown_ = std::move(thrown);
    if (thrown_) base::complete(failure{make_error_code(errc::canceled)});
    else base::complete(std::move(*value));
  }

  runtime& runtime_;
  Function function_;
  detail::offloaded<Function>* running_ = nullptr;
  std::exception_ptr thrown_;
};

/// Completes with the value of `function` (`std::monostate` for void) after it has run on a worker thread; rethrows its
/// exception. Fails only with `errc::canceled`; then the function may still be running, so it must own all data that it
/// uses.
template <class Function>
[[nodiscard]] offload_operation<Function> offload(runtime& runtime, Function function) {
  return {runtime, std::move(function)};
}

}  // namespace pappus::io
