// Completion handler of a call from another thread, invoked exactly once, even if the object that should invoke it is
// destroyed.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <utility>

#include <pappus/exceptions.hpp>
#include <pappus/integration/threads/call_errc.hpp>
#include <pappus/integration/threads/executor.hpp>
#include <pappus/result.hpp>

namespace pappus::integration {

/// Passes one result to a function, through the executor if there is one, otherwise directly on the calling thread.
/// Copies share one state: the first call counts, and if there is none, the destruction of the last copy reports
/// `stopped`. An exception of the function or the executor goes to `threw`, on the same thread, and is not propagated.
template <class T>
class completion_handler {
public:
  using function = std::function<void(result<T>)>;
  using exception_handler = std::function<void(std::exception_ptr)>;

  completion_handler(function done, executor through, exception_handler threw)
      : state_(std::make_shared<state>(std::move(done), std::move(through), std::move(threw))) {}

  void operator()(result<T> outcome) const noexcept { state_->complete(std::move(outcome)); }

private:
  class state {
  public:
    state(function done, executor through, exception_handler threw)
        : done_(std::move(done)), executor_(std::move(through)), on_exception_(std::move(threw)) {}
    state(const state&) = delete;
    state& operator=(const state&) = delete;
    ~state() { complete(failure{make_error_code(call_errc::stopped)}); }

    void complete(result<T> outcome) noexcept {
      const function done = std::exchange(done_, nullptr);
      if (!done) return;
      PAPPUS_EXCEPTIONS_TRY {
        if (!executor_) return done(std::move(outcome));
        executor_([done, outcome = std::move(outcome)] { done(outcome); });
      }
      PAPPUS_EXCEPTIONS_CATCH { on_exception_(std::current_exception()); }
    }

  private:
    function done_;
    executor executor_;
    exception_handler on_exception_;
  };

  std::shared_ptr<state> state_;
};

}  // namespace pappus::integration
