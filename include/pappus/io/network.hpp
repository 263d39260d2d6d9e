// The seam between the logic and the world: time, chance, sockets and worker threads, real or simulated. Nothing above
// the io level reads any of these in another way, so that what runs in production is what is simulated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <pappus/coro/ready_queue.hpp>
#include <pappus/io/completion.hpp>
#include <pappus/io/endpoint.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/io/time.hpp>
#include <pappus/io/timer_heap.hpp>
#include <pappus/result.hpp>

namespace pappus::io {

class runtime;
class listener;

/// Dials. Completes with a stream, or with the system's reason, `errc::canceled`.
class [[nodiscard]] connect_operation final : public operation<stream_ptr> {
public:
  connect_operation(runtime& by, endpoint to, endpoint from) noexcept
      : operation("connect"), remote(to), local(from), by_(by) {}

  const endpoint remote;
  const endpoint local;  // where to dial from; address 0 and port 0 leave it to the system

  void* backend = nullptr;  // the backend's own

private:
  void begin() override;
  void abandon() noexcept override;
  runtime& by_;
};

/// Takes the next connection. Completes with a stream, or with the system's reason (for example too many open files:
/// the listener stays usable), `errc::closed`, `errc::canceled`.
class [[nodiscard]] accept_operation final : public operation<stream_ptr> {
public:
  explicit accept_operation(listener& at) noexcept : operation("accept"), at_(at) {}

private:
  void begin() override;
  void abandon() noexcept override;
  listener& at_;
};

/// Looks up the IPv4 addresses of a host name. Completes with at least one, or with the resolver's reason. A stop
/// leaves the lookup to end by itself.
class [[nodiscard]] resolve_operation final : public operation<std::vector<ipv4_address>> {
public:
  resolve_operation(runtime& by, std::string name) : operation("resolve"), host(std::move(name)), by_(by) {}

  const std::string host;

  void* backend = nullptr;  // the backend's own

private:
  void begin() override;
  void abandon() noexcept override;
  runtime& by_;
};

/// Lets go of a listener; the backend frees it when it can.
struct listener_closer {
  void operator()(listener* ended) const noexcept;
};
using listener_ptr = std::unique_ptr<listener, listener_closer>;

/// Accepts connections. Those nobody has asked for wait in the system's backlog.
class listener {
public:
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;

  /// One at a time; a second fails with `std::errc::device_or_resource_busy`.
  accept_operation accept() noexcept { return accept_operation{*this}; }

  /// Stops listening; what is waiting fails with `errc::closed`. Harmless twice.
  virtual void close() noexcept = 0;

  /// Where it listens, with the port the system chose if that was left to it.
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

/// Work for another thread. It owns all it touches: whoever waits for it may leave before it is done.
class work {
public:
  work(const work&) = delete;
  work& operator=(const work&) = delete;
  virtual ~work() = default;

  /// On a worker thread (in a simulation: on the loop).
  virtual void run() noexcept = 0;
  /// On the loop, inside a turn, afterwards, and as the last that happens to it.
  virtual void done() noexcept = 0;

protected:
  work() = default;
};

/// Wakes the loop from any thread. Made and destroyed on the loop's; nobody may notify it any more by then. Carries no
/// data: what there is to do is in a queue beside it.
class wakeup {
public:
  wakeup(const wakeup&) = delete;
  wakeup& operator=(const wakeup&) = delete;
  virtual ~wakeup() = default;

  /// Has the function it was made with called soon on the loop, inside a turn, at least once after this; calls in quick
  /// succession may share one. Never blocks. (In a simulation there is one thread, and it is called at this instant.)
  virtual void notify() noexcept = 0;

protected:
  wakeup() = default;
};

/// Outlives everything made by it. All members are for the loop's thread.
class runtime {
public:
  runtime(const runtime&) = delete;
  runtime& operator=(const runtime&) = delete;
  virtual ~runtime() = default;

  [[nodiscard]] connect_operation connect(endpoint remote, endpoint local = {}) noexcept {
    return {*this, remote, local};
  }
  [[nodiscard]] resolve_operation resolve(std::string host) { return {*this, std::move(host)}; }

  /// Listens at once. Fails with the system's reason, for example `std::errc::address_in_use`.
  [[nodiscard]] virtual result<listener_ptr> listen(endpoint local) = 0;

  /// Steady time; the same throughout one turn.
  [[nodiscard]] virtual time_point now() const noexcept = 0;
  [[nodiscard]] virtual wall_time wall_clock() const noexcept = 0;

  /// Unpredictable bytes (in a simulation: from its seed).
  virtual void fill_random(buffer bytes) noexcept = 0;

  /// How many files and sockets the process may have open at a time.
  [[nodiscard]] virtual std::size_t descriptor_limit() const noexcept = 0;

  [[nodiscard]] virtual timer_heap& timers() noexcept = 0;
  [[nodiscard]] virtual coro::ready_queue& ready() noexcept = 0;

  /// Has `item` run on a worker thread.
  virtual void submit(std::unique_ptr<work> item) = 0;

  /// `woken` must not throw; it may destroy what it belongs to.
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
