// The loop thread: runs coroutines on a libuv loop, its own or one that the host already runs.
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

#include <pappus/coro/ready_queue.hpp>
#include <pappus/coro/root.hpp>
#include <pappus/coro/stop.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/coro/when_all.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/io/timer_heap.hpp>
#include <pappus/uv/network.hpp>

namespace pappus::uv {

/// For one thread, and outlives everything made with it. Its time has libuv's resolution of a millisecond.
///
/// Makes the process ignore SIGPIPE if nobody has chosen otherwise: a write to a reset peer would kill it.
///
/// What libuv's worker threads have been given cannot be taken back from them: it owns all it touches, and ends by
/// itself, waited for or not.
class loop {
public:
  /// Runs on a loop of its own; throws `std::system_error` if there can be none.
  loop();
  /// Runs on the host's. The host goes on running it until the handles of this one are closed, which its destructor
  /// only begins.
  explicit loop(uv_loop_t& host);
  loop(const loop&) = delete;
  loop& operator=(const loop&) = delete;

  /// An own loop stops what was started on it, runs until that and the workers have ended, and leaves no handle open.
  /// On a host's loop nothing may be running any more, except workers; otherwise it terminates, as it does when
  /// somebody left a handle open.
  ~loop();

  /// Runs an own loop, when nothing runs on it any more, until all handles are closed and workers have ended, or
  /// `within` is over, which if it is no time or less takes a turn; gives whether they have. If not, its destructor
  /// waits for them, and so does the end of the process, unless that comes by `std::_Exit`.
  bool drain(io::duration within);

  /// Runs an own loop until `main` has ended; gives what it gives, throws what it throws. What was started beside it
  /// makes progress meanwhile. Terminates, listing who waits for what, if nothing can ever happen any more.
  template <class T>
  T run(task<T> main);

  /// Starts a task, on either kind of loop. `done` is called on the loop when it has ended, with what it threw or null.
  void spawn(task<void> root, std::function<void(std::exception_ptr)> done = {});

  /// Asks everything that was started, or is being run, to stop.
  void request_stop() noexcept { stop_.request_stop(); }

  /// A loop is used wherever a network is asked for.
  operator io::runtime&() noexcept { return network_; }
  [[nodiscard]] io::runtime& runtime() noexcept { return network_; }

  [[nodiscard]] uv_loop_t& handle() noexcept { return *loop_; }
  /// For what may outlive it, in the worker pool: whether it is still there.
  [[nodiscard]] std::weak_ptr<const void> life() const noexcept { return life_; }
  [[nodiscard]] coro::ready_queue& ready() noexcept { return ready_; }
  [[nodiscard]] io::timer_heap& timers() noexcept { return timers_; }
  [[nodiscard]] io::time_point now() const noexcept {
    return io::time_point{std::chrono::milliseconds{static_cast<std::int64_t>(uv_now(loop_))}};
  }

  /// The one block into which libuv reads for streams whose reader wants a view.
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

  class heap final : public io::timer_heap {
  public:
    explicit heap(loop& on) noexcept : on_(on) {}
    void fire() noexcept;

  private:
    void earliest_changed() noexcept override;
    loop& on_;
    io::time_point armed_for_ = io::never;
  };

  loop(std::unique_ptr<uv_loop_t> own, uv_loop_t* host);
  void request_turn() noexcept;
  void run_until_ended(task<void> main);
  void run_or_terminate(uv_run_mode mode) noexcept;

  std::unique_ptr<uv_loop_t> own_;
  uv_loop_t* loop_;
  handles* handles_;  // freed by its own close callbacks
  queue ready_{*this};
  heap timers_{*this};
  coro::stop_source stop_;
  std::size_t roots_ = 0;
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
