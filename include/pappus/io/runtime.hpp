// The interface to the environment, real or simulated: time, randomness, sockets and worker threads. No code above the
// io level accesses these in another way, so that the simulated code is the production code.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include <pappus/coro/ready_queue.hpp>
#include <pappus/io/time.hpp>
#include <pappus/io/timer_queue.hpp>
#include <pappus/io/transport.hpp>
#include <pappus/io/turn_statistics.hpp>
#include <pappus/io/wakeup.hpp>
#include <pappus/io/work.hpp>

namespace pappus::io {

/// Clock, timers, random numbers, worker threads, TCP and UDP of one loop. Must outlive everything made by it. All
/// members are for the loop's thread.
class runtime : public transport {
public:
  /// Steady time; constant during one turn.
  [[nodiscard]] virtual time_point now() const noexcept = 0;
  /// Time of day, which may jump.
  [[nodiscard]] virtual wall_time wall_clock() const noexcept = 0;

  /// Fills `bytes` with unpredictable bytes (in a simulation: derived from its seed).
  virtual void fill_random(buffer bytes) noexcept = 0;

  /// Maximum number of files and sockets that the process may have open at a time.
  [[nodiscard]] virtual std::size_t descriptor_limit() const noexcept = 0;
  /// Prepares the process for so many open files and sockets, as far as it may have them. Without it Linux enlarges its
  /// table of them whenever they have doubled, and stops the thread for about 10 ms each time if there are others.
  virtual void reserve_descriptors(std::size_t /*count*/) noexcept {}

  /// The gateways of this host's default routes: first those of IPv4, and of each family those with the lowest metric.
  /// Without link-local addresses, which need a zone. Known on Linux; elsewhere there are none. Reads small files.
  [[nodiscard]] virtual std::vector<ip_address> default_gateways() const { return {}; }

  /// Those of a simulated runtime take no time, and are not counted.
  [[nodiscard]] virtual turn_statistics turns() const noexcept { return {}; }

  /// For timers and operations: where they are queued.
  [[nodiscard]] virtual timer_queue& timers() noexcept = 0;
  [[nodiscard]] virtual coro::ready_queue& ready() noexcept = 0;

  /// Runs `item` on a worker thread.
  virtual void submit(std::unique_ptr<work> item) = 0;

  /// Makes a wakeup that calls `woken`. `woken` must not throw; it may destroy its own owner.
  [[nodiscard]] virtual std::unique_ptr<wakeup> make_wakeup(std::function<void()> woken) = 0;

protected:
  runtime() = default;
};

}  // namespace pappus::io
