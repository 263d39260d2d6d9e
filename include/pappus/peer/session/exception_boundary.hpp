// Exception boundary: an exception costs the session on whose behalf the code ran, or only a line in the log.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <pappus/coro/scope.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/exceptions.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/peer/disconnect_info.hpp>
#include <pappus/peer/logger.hpp>

namespace pappus::peer {

class session_registry;
class session;

/// Exception boundary of a node. Every function of the application is called through it, and every callback of a timer
/// or another thread that may throw. An exception of a session disconnects that session with `internal_error`, which is
/// logged when the session has ended; one of the node itself is logged at once. For the loop's thread.
class exception_boundary final : public coro::supervisor {
public:
  /// Both arguments outlive it.
  exception_boundary(const session_registry& sessions, logger& log) noexcept : sessions_(sessions), log_(log) {}
  exception_boundary(const exception_boundary&) = delete;
  exception_boundary& operator=(const exception_boundary&) = delete;

  /// Calls `code` on behalf of the session with the id `peer`, or of the node itself if that is 0. `what` names it in
  /// the log. False if it has thrown.
  template <class Code>
  bool run(std::uint64_t peer, std::string_view what, Code&& code) noexcept {
    PAPPUS_EXCEPTIONS_TRY {
      std::forward<Code>(code)();
      return true;
    }
    PAPPUS_EXCEPTIONS_CATCH {
      caught(peer, what);
      return false;
    }
  }

  /// Wraps a callback of the application so that it does not throw. Empty if the callback is.
  template <class... Args>
  [[nodiscard]] std::function<void(Args...)> contained(std::function<void(Args...)> callback, std::string_view what,
                                                       std::uint64_t peer = 0) {
    if (!callback) return callback;
    return [this, what, peer, callback = std::move(callback)](Args... args) {
      run(peer, what, [&] { callback(std::forward<Args>(args)...); });
    };
  }

  /// The same for a callback that is to be called once: only the first call counts, and the destruction of the last
  /// copy calls it with `fallback()` if there was none.
  template <class Outcome, class Fallback>
  [[nodiscard]] std::function<void(Outcome)> contained_once(std::function<void(Outcome)> callback,
                                                            std::string_view what, Fallback fallback,
                                                            std::uint64_t peer = 0) {
    if (!callback) return callback;
    class state {
    public:
      state(exception_boundary& boundary, std::function<void(Outcome)> wrapped, std::string_view name,
            Fallback otherwise, std::uint64_t session)
          : boundary_(boundary),
            callback_(std::move(wrapped)),
            what_(name),
            fallback_(std::move(otherwise)),
            peer_(session) {}
      state(const state&) = delete;
      state& operator=(const state&) = delete;
      ~state() {
        if (callback_) boundary_.run(peer_, what_, [this] { call(fallback_()); });
      }

      void call(Outcome outcome) {
        const auto called = std::exchange(callback_, nullptr);
        if (called) boundary_.run(peer_, what_, [&] { called(std::move(outcome)); });
      }

    private:
      exception_boundary& boundary_;
      std::function<void(Outcome)> callback_;
      std::string_view what_;
      Fallback fallback_;
      std::uint64_t peer_;
    };
    auto shared = std::make_shared<state>(*this, std::move(callback), what, std::move(fallback), peer);
    return [shared = std::move(shared)](Outcome outcome) { shared->call(std::move(outcome)); };
  }

  /// Runs a service for as long as the node does, and restarts it `limits::service_restart_delay` after it has thrown.
  /// Completes as `service` does, or when it is stopped.
  [[nodiscard]] task<void> keep_running(io::runtime& runtime, std::string_view what,
                                        std::function<task<void>()> service);

  // To be called in an exception handler, for the exception that it has caught.

  void caught(std::uint64_t peer, std::string_view what) noexcept;
  void caught(session& session, std::string_view what) noexcept;
  /// The same as the disconnect reason of a connection, without detail if there is no memory for it. The caller logs
  /// it.
  [[nodiscard]] disconnect_info disconnect_info_of_caught(std::string_view what = {}) noexcept;

  /// For an exception caught elsewhere, on behalf of the node itself.
  void caught(std::exception_ptr exception, std::string_view what) noexcept;
  /// For an exception of one of the node's own tasks.
  void task_failed(std::exception_ptr exception) noexcept override {
    caught(std::move(exception), "a task of the node");
  }

  /// Number of exceptions caught so far.
  [[nodiscard]] std::uint64_t exceptions() const noexcept { return exceptions_; }

private:
  void log_caught(std::uint64_t peer, std::string_view what) noexcept;

  const session_registry& sessions_;
  logger& log_;
  std::uint64_t exceptions_ = 0;
};

}  // namespace pappus::peer
