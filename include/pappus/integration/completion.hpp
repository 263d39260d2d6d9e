// What a call from another thread comes to: told exactly once, whatever happens to whoever was to tell it.
#pragma once

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

  [[nodiscard]] static call_failure busy() { return {cause::busy, "too many calls are waiting"}; }
  [[nodiscard]] static call_failure stopped() { return {cause::stopped, "the node has stopped"}; }
  [[nodiscard]] static call_failure failed(std::string why) { return {cause::failed, std::move(why)}; }
};

template <class T>
using call_result = result<T, call_failure>;

/// Hands one result to a function, through an executor if there is one, else at once and where it is called. Copies are
/// the same completion: the first call counts, and if there is none, the end of the last copy says `stopped`.
template <class T>
class completion {
public:
  using function = std::function<void(call_result<T>)>;

  completion(function done, executor through) : state_(std::make_shared<state>(std::move(done), std::move(through))) {}

  void operator()(call_result<T> outcome) const { state_->complete(std::move(outcome)); }

private:
  class state {
  public:
    state(function done, executor through) : done_(std::move(done)), through_(std::move(through)) {}
    state(const state&) = delete;
    state& operator=(const state&) = delete;
    ~state() { complete(failure{call_failure::stopped()}); }

    void complete(call_result<T> outcome) {
      const function done = std::exchange(done_, nullptr);
      if (!done) return;
      if (!through_) return done(std::move(outcome));
      through_([done, outcome = std::move(outcome)] { done(outcome); });
    }

  private:
    function done_;
    executor through_;
  };

  std::shared_ptr<state> state_;
};

}  // namespace pappus::integration
