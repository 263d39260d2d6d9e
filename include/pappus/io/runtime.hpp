// The interface to the environment, real or simulated: time, randomness, sockets and worker threads. No code above the
// io level accesses these in another way, so that the simulated code is the production code.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <pappus/coro/ready_queue.hpp>
#include <pappus/io/endpoint.hpp>
#include <pappus/io/operation.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/io/time.hpp>
#include <pappus/io/timer_heap.hpp>
#include <pappus/result.hpp>

namespace pappus::io {

class runtime;
class listener;

/// Connects to a remote endpoint. Completes with a stream. Fails with the system's reason or `errc::canceled`.
class [[nodiscard]] connect_operation final : public operation<stream_ptr> {
public:
  connect_operation(runtime& by, endpoint to, endpoint from) noexcept
      : operation("connect"), remote(to), local(from), by_(by) {}

  const endpoint remote;
  const endpoint local;  // local endpoint; address 0 and port 0 leave the choice to the system

  void* backend = nullptr;  // for the backend's use

private:
  void begin() override;
  void abandon() noexcept override;
  runtime& by_;
};

/// Accepts the next connection. Completes with a stream. Fails with the system's reason (for example too many open
/// files: the listener stays usable), `errc::closed` or `errc::canceled`.
class [[nodiscard]] accept_operation final : public operation<stream_ptr> {
public:
  explicit accept_operation(listener& at) noexcept : operation("accept"), at_(at) {}

private:
  void begin() override;
  void abandon() noexcept override;
  listener& at_;
};

/// Looks up the IPv4 addresses of a host name. Completes with at least one address, or fails with the resolver's reason
/// or `errc::canceled`. A stop does not interrupt the lookup, which completes in the background.
class [[nodiscard]] resolve_operation final : public operation<std::vector<ipv4_address>> {
public:
  resolve_operation(runtime& by, std::string name) : operation("resolve"), host(std::move(name)), by_(by) {}

  const std::string host;

  void* backend = nullptr;  // for the backend's use

private:
  void begin() override;
  void abandon() noexcept override;
  runtime& by_;
};

/// Closes and releases a listener; the backend frees it when possible.
struct listener_closer {
  void operator()(listener* ended) const noexcept;
};
using listener_ptr = std::unique_ptr<listener, listener_closer>;

/// Accepts connections. Connections that no `accept` waits for stay in the system's backlog.
class listener {
public:
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;

  /// One `accept` at a time; a second one fails with `std::errc::device_or_resource_busy`.
  accept_operation accept() noexcept { return accept_operation{*this}; }

  /// Stops listening; a waiting `accept` fails with `errc::closed`. Idempotent.
  virtual void close() noexcept = 0;

  /// The endpoint it listens on, with the port that the system chose if 0 was requested.
  [[nodiscard]] virtual endpoint local_endpoint() const noexcept = 0;

protected:
  listener() = default;
  virtual ~listener() = default;

private:
  friend accept_operation;
  friend listener_closer;
  virtual void begin(accept_operation& operation) = 0;
  virtual void abandon(accept_operation& operation) noexcept = 0;
  virtual void release() noexcept = 0;
};

/// Work for a worker thread. It owns all data that it uses: the waiting coroutine may be gone before the work is done.
class work {
public:
  work(const work&) = delete;
  work& operator=(const work&) = delete;
  virtual ~work() = default;

  /// Called on a worker thread (in a simulation: on the loop).
  virtual void run() noexcept = 0;
  /// Called on the loop, inside a turn, after `run`, as the last call before destruction.
  virtual void done() noexcept = 0;

protected:
  work() = default;
};

/// Wakes the loop from any thread. Created and destroyed on the loop's thread; no thread may call `notify` during or
/// after the destruction. Carries no data: the work to do is in a separate queue.
class wakeup {
public:
  wakeup(const wakeup&) = delete;
  wakeup& operator=(const wakeup&) = delete;
  virtual ~wakeup() = default;

  /// Schedules a call of the wakeup's function on the loop, inside a turn, at least once after this call; several calls
  /// in quick succession may share one. Thread-safe; never blocks. (In a simulation there is one thread, and the
  /// function is called at the same virtual time.)
  virtual void notify() noexcept = 0;

protected:
  wakeup() = default;
};

/// Must outlive everything made by it. All members are for the loop's thread.
class runtime {
public:
  runtime(const runtime&) = delete;
  runtime& operator=(const runtime&) = delete;
  virtual ~runtime() = default;

  [[nodiscard]] connect_operation connect(endpoint remote, endpoint local = {}) noexcept {
    return {*this, remote, local};
  }
  [[nodiscard]] resolve_operation resolve(std::string host) { return {*this, std::move(host)}; }

  /// Starts listening at once. Fails with the system's reason, for example `std::errc::address_in_use`.
  [[nodiscard]] virtual result<listener_ptr> listen(endpoint local) = 0;

  /// Steady time; constant during one turn.
  [[nodiscard]] virtual time_point now() const noexcept = 0;
  [[nodiscard]] virtual wall_time wall_clock() const noexcept = 0;

  /// Fills `bytes` with unpredictable bytes (in a simulation: derived from its seed).
  virtual void fill_random(buffer bytes) noexcept = 0;

  /// Maximum number of files and sockets that the process may have open at a time.
  [[nodiscard]] virtual std::size_t descriptor_limit() const noexcept = 0;

  [[nodiscard]] virtual timer_heap& timers() noexcept = 0;
  [[nodiscard]] virtual coro::ready_queue& ready() noexcept = 0;

  /// Runs `item` on a worker thread.
  virtual void submit(std::unique_ptr<work> item) = 0;

  /// Makes a wakeup that calls `woken`. `woken` must not throw; it may destroy its own owner.
  [[nodiscard]] virtual std::unique_ptr<wakeup> make_wakeup(std::function<void()> woken) = 0;

protected:
  runtime() = default;

private:
  friend connect_operation;
  friend resolve_operation;
  virtual void begin(connect_operation& operation) = 0;
  virtual void abandon(connect_operation& operation) noexcept = 0;
  virtual void begin(resolve_operation& operation) = 0;
  virtual void abandon(resolve_operation& operation) noexcept = 0;
};

}  // namespace pappus::io
