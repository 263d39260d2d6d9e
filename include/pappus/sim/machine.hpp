// A simulated machine: has an address, runs one process at a time, and can crash.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include <pappus/coro/task.hpp>
#include <pappus/io/endpoint.hpp>
#include <pappus/io/time.hpp>
#include <pappus/result.hpp>
#include <pappus/sim/runtime.hpp>

namespace pappus::sim {

class world;

/// How the peers of a process see its crash.
enum class crash {
  reset,      // the machine is up and resets the connections; new ones are refused
  blackhole,  // the machine sends nothing any more; after the restart it resets connections that it does not know
};

/// Made by a world; lives as long as the world.
class machine {
public:
  machine(world& in, std::size_t index, std::vector<ip_address> addresses);
  machine(const machine&) = delete;
  machine& operator=(const machine&) = delete;
  ~machine();

  [[nodiscard]] std::size_t index() const noexcept { return index_; }
  /// The first of `addresses`.
  [[nodiscard]] ip_address address() const noexcept { return addresses_.front(); }
  /// At least one, and at most one of each family.
  [[nodiscard]] const std::vector<ip_address>& addresses() const noexcept { return addresses_; }
  [[nodiscard]] world& in() const noexcept { return owner_; }

  /// The runtime of the current process; after a crash, that of the dead process until the restart.
  [[nodiscard]] sim::runtime& runtime() const noexcept { return *runtimes_.back(); }
  operator io::runtime&() const noexcept { return runtime(); }

  /// Starts a task in the current process.
  void spawn(task<void> root) { runtime().spawn(std::move(root)); }
  void spawn(task<result<void>> root) { runtime().spawn(std::move(root)); }

  /// Ends the process at this virtual time: its sockets are gone and its tasks are stopped; nothing that they still
  /// send leaves the machine. Idempotent.
  void crash(sim::crash how = sim::crash::reset);

  /// Starts a new process on the same address, without tasks; returns its runtime. Crashes the old process first if
  /// necessary.
  sim::runtime& restart();

  /// Whether the machine answers packets, with or without a process.
  [[nodiscard]] bool reachable() const noexcept { return reachable_; }

  /// Machines on different islands cannot reach each other; see `world::partition`.
  [[nodiscard]] std::size_t island() const noexcept { return island_; }

  /// Sets the difference of the machine's wall clock from the world's; the steady clock is not affected.
  void set_clock_offset(io::duration offset) noexcept { clock_offset_ = offset; }
  [[nodiscard]] io::duration clock_offset() const noexcept { return clock_offset_; }

  /// Sets the value of `runtime::descriptor_limit` for its processes; not enforced.
  void set_descriptor_limit(std::size_t max) noexcept { descriptor_limit_ = max; }
  [[nodiscard]] std::size_t descriptor_limit() const noexcept { return descriptor_limit_; }

  /// Sets the value of `runtime::default_gateways` for its processes; none at first. Nothing is routed by them.
  void set_default_gateways(std::vector<ip_address> gateways) { default_gateways_ = std::move(gateways); }
  [[nodiscard]] const std::vector<ip_address>& default_gateways() const noexcept { return default_gateways_; }

  /// Sets whether its processes are out of descriptors: connecting and accepting fail with
  /// `std::errc::too_many_files_open`, opening a datagram socket, too; connections that it does not accept wait.
  void exhaust_descriptors(bool exhausted) noexcept { descriptors_exhausted_ = exhausted; }
  [[nodiscard]] bool descriptors_exhausted() const noexcept { return descriptors_exhausted_; }

  /// Sets whether work for worker threads makes no progress, as when a disk hangs. Held work starts again when that is
  /// over, in its order, and takes `world_options::worker_delay`.
  void hang_workers(bool hang);

private:
  friend world;
  friend sim::runtime;

  world& owner_;
  std::size_t index_;
  std::vector<ip_address> addresses_;
  std::vector<ip_address> default_gateways_;
  std::size_t island_ = 0;
  io::duration clock_offset_{};
  std::size_t descriptor_limit_ = SIZE_MAX;
  bool reachable_ = true;
  bool workers_hang_ = false;
  bool descriptors_exhausted_ = false;
  std::vector<std::function<void()>> held_work_;  // each call starts a job again
  std::vector<std::unique_ptr<sim::runtime>>
      runtimes_;  // all so far: tasks that end slowly may still refer to an old one
};

}  // namespace pappus::sim
