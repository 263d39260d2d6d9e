// Completion handler of a call from another thread, invoked exactly once, even if the object that should invoke it is
// destroyed.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <pappus/integration/threads/blocking_receiver.hpp>
#include <pappus/result.hpp>

namespace pappus::integration {

/// Why a call failed.
struct call_failure {
  enum class cause {
    busy,     // the call queue is full; nothing was done
    stopped,  // the node has stopped; an operation already begun may have had any part of its effect
    failed,   // the operation itself failed
  };

  cause why = cause::failed;
  std::string text;

  [[nodiscard]] static call_failure busy() noexcept { return make(cause::busy, "too many calls are waiting"); }
  [[nodiscard]] static call_failure stopped() noexcept { return make(cause::stopped, "the node has stopped"); }
  [[nodiscard]] static call_failure failed(std::string why) { return {cause::failed, std::move(why)}; }

private:
  /// The text stays empty if memory allocation fails.
  [[nodiscard]] static call_failure make(cause what, const char* text) noexcept {
    call_failure made;
    made.why = what;
    try {
      made.text = text;
    } catch (const std::exception&) {
      made.text.clear();
    }
    return made;
  }
};

template <class T>
using call_result = result<T, call_failure>;

/// Passes one result to a function, through the executor if there is one, otherwise directly on the calling thread.
/// Copies share one state: the first call counts, and if there is none, the destruction of the last copy reports
/// `stopped`. An exception of the function or the executor goes to `threw`, on the same thread, and is not propagated.
template <class T>
class completion_handler {
public:
  using function = std::function<void(call_result<T>)>;
  using exception_handler = std::function<void(std::exception_ptr)>;

  completion_handler(function done, executor through, exception_handler threw)
      : state_(std::make_shared<state>(std::move(done), std::move(through), std::move(threw))) {}

  void operator()(call_result<T> outcome) const noexcept { state_->complete(std::move(outcome)); }

private:
  class state {
  public:
    state(function done, executor through, exception_handler threw)
        : done_(std::move(done)), through_(std::move(through)), threw_(std::move(threw)) {}
    state(const state&) = delete;
    state& operator=(const state&) = delete;
    ~state() { complete(failure{call_failure::stopped()}); }

    void complete(call_result<T> outcome) noexcept {
      const function done = std::exchange(done_, nullptr);
      if (!done) return;
      try {
        if (!through_) return done(std::move(outcome));
        through_([done, outcome = std::move(outcome)] { done(outcome); });
      } catch (...) {
        threw_(std::current_exception());
      }
    }

  private:
    function done_;
    executor through_;
    exception_handler threw_;
  };

  std::shared_ptr<state> state_;
};

}  // namespace pappus::integration
