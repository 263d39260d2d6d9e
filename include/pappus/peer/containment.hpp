// Where exceptions end: each costs the session on whose behalf the code ran, or nothing but a line in the log.
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
#include <pappus/io/network.hpp>
#include <pappus/peer/ending.hpp>
#include <pappus/peer/logger.hpp>

namespace pappus::peer {

class session_registry;
class session;

/// The exception boundary of a node. Every function of the application is called through it, and every callback of a
/// timer or another thread that may throw. A session's exception ends that session as `internal_error`, which is said
/// in the log when it has ended; one of the node itself is said at once. For the loop's thread.
class containment final : public coro::supervisor {
public:
  /// Both outlive it.
  containment(const session_registry& sessions, logger& say) noexcept : sessions_(sessions), say_(say) {}
  containment(const containment&) = delete;
  containment& operator=(const containment&) = delete;

  /// Calls `code`, on behalf of the session with that id, or of the node itself if it is 0. `what` names it in the log.
  /// False if it has thrown.
  template <class Code>
  bool run(std::uint64_t peer, std::string_view what, Code&& code) noexcept {
    try {
      std::forward<Code>(code)();
      return true;
    } catch (...) {
      caught(peer, what);
      return false;
    }
  }

  /// A function that does not throw, made of a callback of the application's. Empty if that is.
  template <class... Args>
  [[nodiscard]] std::function<void(Args...)> contained(std::function<void(Args...)> callback, std::string_view what,
                                                       std::uint64_t peer = 0) {
    if (!callback) return callback;
    return [this, what, peer, callback = std::move(callback)](Args... args) {
      run(peer, what, [&] { callback(std::forward<Args>(args)...); });
    };
  }

  /// The same of one that must be called once, whatever becomes of whoever has it: the end of the last copy calls it
  /// with `otherwise()` if nobody has.
  template <class Outcome, class Otherwise>
  [[nodiscard]] std::function<void(Outcome)> contained_once(std::function<void(Outcome)> callback,
                                                            std::string_view what, Otherwise otherwise) {
    if (!callback) return callback;
    class state {
    public:
      state(containment& faults, std::function<void(Outcome)> told, std::string_view name, Otherwise else_with)
          : faults_(faults), callback_(std::move(told)), what_(name), otherwise_(std::move(else_with)) {}
      state(const state&) = delete;
      state& operator=(const state&) = delete;
      ~state() {
        faults_.run(0, what_, [this] { tell(otherwise_()); });
      }

      void tell(Outcome outcome) {
        const auto told = std::exchange(callback_, nullptr);
        if (told) faults_.run(0, what_, [&] { told(std::move(outcome)); });
      }

    private:
      containment& faults_;
      std::function<void(Outcome)> callback_;
      std::string_view what_;
      Otherwise otherwise_;
    };
    auto shared = std::make_shared<state>(*this, std::move(callback), what, std::move(otherwise));
    return [shared = std::move(shared)](Outcome outcome) { shared->tell(std::move(outcome)); };
  }

  /// Runs what goes on for as long as the node does, and begins it again, after `limits::service_pause`, when it has
  /// thrown. Completes as `service` does, or when it is stopped.
  [[nodiscard]] task<void> keep_running(io::runtime& on, std::string_view what, std::function<task<void>()> service);

  // In an exception handler: what has been caught by it.

  void caught(std::uint64_t peer, std::string_view what) noexcept;
  void caught(session& whose, std::string_view what) noexcept;
  /// The same as the end of a connection, without words if there is no memory for them. Whoever ends it says so.
  [[nodiscard]] disconnect_info ending_of_caught(std::string_view what = {}) noexcept;

  /// What has been caught elsewhere, on behalf of the node itself.
  void caught(std::exception_ptr thrown, std::string_view what) noexcept;
  /// A task of the node's own.
  void child_threw(std::exception_ptr thrown) noexcept override { caught(std::move(thrown), "a task of the node"); }

  /// How many there were.
  [[nodiscard]] std::uint64_t exceptions() const noexcept { return exceptions_; }

private:
  void say(std::uint64_t peer, std::string_view what) noexcept;

  const session_registry& sessions_;
  logger& say_;
  std::uint64_t exceptions_ = 0;
};

/// In an exception handler: what has been caught, in words.
[[nodiscard]] std::string reason_of_caught();

}  // namespace pappus::peer
