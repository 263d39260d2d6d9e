// A simulated machine: it has an address, runs one process at a time, and can lose it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include <pappus/coro/task.hpp>
#include <pappus/io/endpoint.hpp>
#include <pappus/io/time.hpp>
#include <pappus/sim/network.hpp>

namespace pappus::sim {

class world;

/// What the peers of a process see of its end.
enum class crash {
  reset,      // the machine is up and resets the connections; new ones are refused
  blackhole,  // the machine is gone: nothing comes from it any more; after the restart it resets what it does not know
};

/// Made by a world, and lives as long as it.
class machine {
public:
  machine(world& in, std::size_t index, io::ipv4_address address);
  machine(const machine&) = delete;
  machine& operator=(const machine&) = delete;
  ~machine();

  [[nodiscard]] std::size_t index() const noexcept { return index_; }
  [[nodiscard]] io::ipv4_address address() const noexcept { return address_; }
  [[nodiscard]] world& in() const noexcept { return in_; }

  /// The network as its process sees it; after a crash, the dead one's until the restart.
  [[nodiscard]] sim::runtime& runtime() const noexcept { return *lives_.back(); }
  operator io::runtime&() const noexcept { return runtime(); }

  /// Starts a task in its process.
  void spawn(task<void> root) { runtime().spawn(std::move(root)); }

  /// Ends the process at this instant: its sockets are gone, its tasks are stopped, and what they do on their way out
  /// does not leave the host. Harmless twice.
  void crash(sim::crash how = sim::crash::reset);

  /// A new process on the same address, with nothing running yet; gives its network. The old one is crashed first if
  /// it has not been.
  sim::runtime& restart();

  /// Whether the machine answers, process or not.
  [[nodiscard]] bool reachable() const noexcept { return reachable_; }

  /// Hosts on different islands do not reach each other; see `world::partition`.
  [[nodiscard]] std::size_t island() const noexcept { return island_; }

  /// Sets how far its wall clock is from the world's; its steady clock does not notice.
  void set_clock_offset(io::duration offset) noexcept { clock_offset_ = offset; }
  [[nodiscard]] io::duration clock_offset() const noexcept { return clock_offset_; }

  /// Sets what its processes are told of how many descriptors they may have; nobody holds them to it.
  void set_descriptor_limit(std::size_t most) noexcept { descriptor_limit_ = most; }
  [[nodiscard]] std::size_t descriptor_limit() const noexcept { return descriptor_limit_; }

  /// Whether work that is given to its worker threads makes no progress, as when a disk hangs. What has waited is done
  /// soon after that is over, in its order.
  void hang_workers(bool hang);

private:
  friend world;
  friend sim::runtime;

  world& in_;
  std::size_t index_;
  io::ipv4_address address_;
  std::size_t island_ = 0;
  io::duration clock_offset_{};
  std::size_t descriptor_limit_ = SIZE_MAX;
  bool reachable_ = true;
  bool workers_hang_ = false;
  std::vector<std::function<void()>> held_work_;      // each begins anew
  std::vector<std::unique_ptr<sim::runtime>> lives_;  // all so far: what ends slowly may still refer to an old one
};

}  // namespace pappus::sim
