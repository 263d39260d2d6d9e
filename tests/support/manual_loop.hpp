// A loop without sockets and timers: it resumes coroutines while any is ready.
#pragma once

#include <cstddef>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include <pappus/coro/live_coroutines.hpp>
#include <pappus/coro/ready_queue.hpp>
#include <pappus/coro/root.hpp>
#include <pappus/coro/stop.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/coro/when_all.hpp>

namespace support {

template <class T>
class started;

/// Thrown by `manual_loop::run` when its task waits and no coroutine is ready; its message has the waiting coroutines
/// in trace builds.
class stuck : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

class manual_loop final : public pappus::coro::ready_queue {
public:
  using ready_queue::run;

  /// Runs `body` to its end and returns its result. A task that is stuck is stopped before `stuck` is thrown.
  template <class T>
  T run(pappus::task<T> body) {
    started<T> job{*this, std::move(body)};
    drain();
    if (!job.ended()) throw stuck{"stuck:\n" + pappus::coro::describe_live_coroutines()};
    return job.take();
  }

  /// Resumes one coroutine. False if none is ready.
  bool step() {
    if (empty()) return false;
    refill(resume_cost);
    run();
    refill();
    return true;
  }

  /// Runs until no coroutine is ready; returns the number of resumptions.
  std::size_t drain() {
    std::size_t resumed = 0;
    while (step()) ++resumed;
    return resumed;
  }

  /// The stop source of all tasks started without a token.
  [[nodiscard]] pappus::coro::stop_source& stop() noexcept { return stop_; }

  /// The number of turns that the queue has requested.
  [[nodiscard]] std::size_t wakes() const noexcept { return wakes_; }

private:
  void wake() noexcept override { ++wakes_; }

  pappus::coro::stop_source stop_;
  std::size_t wakes_ = 0;
};

/// A running task on a loop, with a stop source of its own. The destructor stops a task that has not ended and runs it
/// to its end.
template <class T>
class started final : private pappus::coro::root_listener {
public:
  started(manual_loop& on, pappus::task<T> body) : started(on, std::move(body), on.stop().token()) {}
  started(manual_loop& on, pappus::task<T> body, pappus::coro::stop_token adapter) : on_(on), stop_(adapter) {
    const pappus::coro::context here{&on_, stop_.token()};
    pappus::coro::root::launch(here, keep(std::move(body), this), *this);
  }
  started(const started&) = delete;
  started& operator=(const started&) = delete;
  ~started() {
    if (ended_) return;
    stop_.request_stop();
    on_.drain();
    if (!ended_) std::terminate();
  }

  [[nodiscard]] bool ended() const noexcept { return ended_; }
  void request_stop() noexcept { stop_.request_stop(); }

  /// The result of the task; rethrows its exception.
  T take() {
    if (!ended_) throw stuck{"has not ended"};
    if (thrown_) std::rethrow_exception(thrown_);
    if constexpr (!std::is_void_v<T>) return std::move(*given_);
  }

private:
  static pappus::task<void> keep(pappus::task<T> body, started* into) {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(body);
    } else {
      into->given_.emplace(co_await std::move(body));
    }
  }

  void root_ended(std::exception_ptr thrown) noexcept override {
    thrown_ = std::move(thrown);
    ended_ = true;
  }

  manual_loop& on_;
  pappus::coro::stop_source stop_;
  std::optional<pappus::coro::non_void_t<T>> given_;
  std::exception_ptr thrown_;
  bool ended_ = false;
};

}  // namespace support
