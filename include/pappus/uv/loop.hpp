// Runs coroutines on a libuv loop, its own or the application's.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <uv.h>

#include <pappus/coro/or_throw.hpp>
#include <pappus/coro/ready_queue.hpp>
#include <pappus/coro/root.hpp>
#include <pappus/coro/stop.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/coro/when_all.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/io/timer_wheel.hpp>
#include <pappus/io/turn_statistics.hpp>
#include <pappus/uv/runtime.hpp>

namespace pappus::uv {

/// For one thread; must outlive everything made with it. Its time has libuv's resolution of one millisecond.
///
/// Sets SIGPIPE to ignored if its handler is still the default: a write to a connection that the peer has reset would
/// terminate the process.
///
/// Work handed to libuv's worker threads cannot be canceled: it owns all data that it uses, and runs to its end even if
/// no coroutine waits for it.
class loop {
public:
  /// Creates its own `uv_loop_t`; throws `std::system_error` if that fails.
  loop();
  /// Uses the application's `uv_loop_t`. The destructor only starts to close this object's handles: the application
  /// must go on running its loop until they are closed.
  explicit loop(uv_loop_t& host);
  loop(const loop&) = delete;
  loop& operator=(const loop&) = delete;

  /// Own loop: stops the tasks that were started on it, runs until they and the workers have ended, and closes all
  /// handles. It terminates if an idle handle was left open; an active one (for example a listener) keeps the
  /// destructor waiting. Application's loop: terminates if a task is still running; workers may be.
  ~loop();

  /// Own loop only, when no task runs on it: runs until all handles are closed and the workers have ended, or for
  /// `within` at most (zero or negative: one turn). Returns whether all have ended. If not, the destructor waits for
  /// them, and so does process exit, except by `std::_Exit`.
  bool drain(io::duration within);

  /// Own loop only: runs until `main` has completed; returns its value or throws its exception. Other tasks started on
  /// the loop progress meanwhile. Terminates if nothing can ever happen any more, after printing the live coroutines
  /// (trace builds).
  template <class T>
  T run(task<T> main);

  /// Starts a task, on either kind of loop. `done` is called on the loop on completion, with the exception or null.
  /// Without `done` an exception terminates the process.
  void spawn(task<void> root, std::function<void(std::exception_ptr)> done = {});
  /// As above; an error is an exception, `std::system_error`.
  void spawn(task<result<void>> root, std::function<void(std::exception_ptr)> done = {}) {
    spawn(coro::or_throw(std::move(root)), std::move(done));
  }

  /// Requests all tasks that were started, including that of `run`, to stop.
  void request_stop() noexcept { stop_.request_stop(); }

  /// A loop converts to its runtime.
  operator io::runtime&() noexcept { return network_; }
  [[nodiscard]] io::runtime& runtime() noexcept { return network_; }

  /// The loop of libuv, for other users of it.
  [[nodiscard]] uv_loop_t& handle() noexcept { return *loop_; }
  /// Expires when the loop is destroyed; for work in the worker pool, which may outlive the loop.
  [[nodiscard]] std::weak_ptr<const void> lifetime_token() const noexcept { return life_; }
  /// For operations: the coroutines that are ready, the timers, and the time of this turn.
  [[nodiscard]] coro::ready_queue& ready() noexcept { return ready_; }
  [[nodiscard]] io::timer_queue& timers() noexcept { return timers_; }
  [[nodiscard]] io::time_point now() const noexcept {
    return io::time_point{std::chrono::milliseconds{static_cast<std::int64_t>(uv_now(loop_))}};
  }

  /// Counted from the end of a poll to the next one, with a resolution of one millisecond, rounded up.
  [[nodiscard]] const io::turn_statistics& turns() const noexcept { return turns_; }

  /// The block into which libuv reads for all streams whose reader wants a view or has a small buffer.
  [[nodiscard]] io::buffer receive_block() noexcept { return {receive_block_.get(), receive_block_size}; }
  static constexpr std::size_t receive_block_size = 65536;

private:
  struct handles;
  class started_root;

  class queue final : public coro::ready_queue {
  public:
    explicit queue(loop& on) noexcept : on_(on) {}

  private:
    void wake() noexcept override;
    loop& on_;
  };

  class wheel final : public io::timer_wheel {
  public:
    explicit wheel(loop& on) noexcept : on_(on) {}
    void fire() noexcept;

  private:
    void earliest_changed() noexcept override;
    loop& on_;
    io::time_point armed_for_ = io::never;
  };

  loop(std::unique_ptr<uv_loop_t> own, uv_loop_t* host);
  void request_turn() noexcept;
  void end_poll() noexcept;
  void end_turn() noexcept;
  void run_until_ended(task<void> main);
  void run_or_terminate(uv_run_mode mode) noexcept;
  void run_what_is_ready() noexcept;

  std::unique_ptr<uv_loop_t> own_;
  uv_loop_t* loop_;
  handles* handles_;  // freed by its own close callbacks
  queue ready_{*this};
  wheel timers_{*this};
  coro::stop_source stop_;
  std::size_t roots_ = 0;
  io::turn_statistics turns_;
  std::optional<io::time_point> turn_began_;  // when the last poll ended
  std::unique_ptr<std::byte[]> receive_block_;
  std::shared_ptr<const void> life_ = std::make_shared<char>();
  uv::runtime network_{*this};
};

template <class T>
T loop::run(task<T> main) {
  std::optional<coro::non_void_t<T>> given;
  run_until_ended(coro::detail::store(std::move(main), given));
  if constexpr (!std::is_void_v<T>) return std::move(*given);
}

}  // namespace pappus::uv
