// What a call from another thread comes to: told exactly once, whatever happens to whoever was to tell it.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <pappus/integration/inbox.hpp>
#include <pappus/result.hpp>

namespace pappus::integration {

/// Why a call has come to nothing.
struct call_failure {
  enum class cause {
    busy,     // too many calls wait already; nothing was done
    stopped,  // the node has stopped; if it had begun with it, nobody knows how far it got
    failed,   // the operation's own reason
  };

  cause why = cause::failed;
  std::string text;

  [[nodiscard]] static call_failure busy() noexcept { return make(cause::busy, "too many calls are waiting"); }
  [[nodiscard]] static call_failure stopped() noexcept { return make(cause::stopped, "the node has stopped"); }
  [[nodiscard]] static call_failure failed(std::string why) { return {cause::failed, std::move(why)}; }

private:
  /// Without words if there is no memory for them.
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

/// Hands one result to a function, through an executor if there is one, else at once and where it is called. Copies are
/// the same completion: the first call counts, and if there is none, the end of the last copy says `stopped`. What the
/// function or the executor throws goes to `threw`, on the same thread, and no further.
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
