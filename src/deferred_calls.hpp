// Callbacks of the application, called once and never before the call that was given them has returned.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <pappus/error.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/timer_queue.hpp>
#include <pappus/peer/disconnect_info.hpp>
#include <pappus/peer/session/exception_boundary.hpp>
#include <pappus/result.hpp>

namespace pappus {

/// Functions to be called in the next turn of the loop. For the loop's thread.
class deferred_calls final : private io::timer_node {
public:
  /// Both arguments outlive it.
  deferred_calls(io::runtime& runtime, peer::exception_boundary& exceptions) noexcept
      : runtime_(runtime), exceptions_(exceptions) {}
  deferred_calls(const deferred_calls&) = delete;
  deferred_calls& operator=(const deferred_calls&) = delete;
  ~deferred_calls() { runtime_.timers().disarm(*this); }

  /// `call` does not throw. Throws if there is no memory.
  void push(std::function<void()> call) {
    calls_.push_back(std::move(call));
    if (calls_.size() == 1) runtime_.timers().arm(*this, runtime_.now());
  }

  /// Calls them now: there will be no next turn.
  void flush() noexcept {
    runtime_.timers().disarm(*this);
    on_timer();
  }

  /// Whether one of them is being called.
  [[nodiscard]] bool is_calling() const noexcept { return calling_; }

  [[nodiscard]] peer::exception_boundary& exceptions() noexcept { return exceptions_; }

private:
  void on_timer() noexcept override {
    calling_ = true;
    for (const auto& each : std::exchange(calls_, {})) each();
    calling_ = false;
  }

  io::runtime& runtime_;
  peer::exception_boundary& exceptions_;
  std::vector<std::function<void()>> calls_;
  bool calling_ = false;
};

/// The callback of one call of the application. Lives as long as the call; what `handler` returned may complete before,
/// and then the callback is called in the next turn, or later. If the last copy of the handler is destroyed unused, the
/// callback gets an internal error. An exception of the callback is contained.
template <class T, class Error = std::error_code>
class call_completion {
public:
  using outcome_type = result<T, Error>;
  using callback = std::function<void(outcome_type)>;

  /// `what` names the call in the log; an exception of the callback disconnects the session with the id `peer`, if that
  /// is not 0. `through` outlives the handler.
  call_completion(deferred_calls& through, callback done, std::string_view what, std::uint64_t peer = 0)
      : state_(
            std::make_shared<state>(through, through.exceptions().contained_once(std::move(done), what, lost, peer))) {}
  call_completion(const call_completion&) = delete;
  call_completion& operator=(const call_completion&) = delete;
  ~call_completion() { state_->returned = true; }

  /// To be passed to the operation.
  [[nodiscard]] callback handler() const {
    return [state = state_](outcome_type outcome) { state->complete(state, std::move(outcome)); };
  }

private:
  static outcome_type lost() {
    if constexpr (std::same_as<Error, std::error_code>) return failure{make_error_code(errc::internal_error)};
    else return failure{peer::disconnect_info{peer::disconnect_reason::internal_error, {}}};
  }

  struct state {
    state(deferred_calls& by, callback told) : through(by), done(std::move(told)) {}

    void complete(const std::shared_ptr<state>& self, outcome_type given) {
      if (!done || outcome) return;
      if (returned) return done(std::move(given));
      outcome.emplace(std::move(given));
      through.push([self] { self->done(*std::move(self->outcome)); });
    }

    deferred_calls& through;
    callback done;                        // contained, and called once
    std::optional<outcome_type> outcome;  // if it was known before the call returned
    bool returned = false;
  };

  std::shared_ptr<state> state_;
};

}  // namespace pappus
