// The simulated network as one process on one host sees it.
#pragma once

#include <cstddef>
#include <memory>

#include <pappus/coro/stop.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/io/network.hpp>
#include <pappus/sim/random.hpp>

namespace pappus::sim {

class machine;
class sockets;

/// One life of a host: from its start or restart to its crash. Its chance is its own: it depends on the world's seed,
/// the host's index and the number of the life, and on nothing that others do.
///
/// Worker threads are a delay: work runs on the loop, when `host::hang_workers` lets it, and nobody else can wake it.
/// After the crash its operations fail with `std::errc::network_down`, timers go on.
class runtime final : public io::runtime {
public:
  runtime(machine& on, std::size_t life);
  ~runtime() override;

  /// Starts a task in this process, under its stop token. What it throws is thrown by the world's `run`.
  void spawn(task<void> root);

  /// Asks the tasks of this process to stop, as a signal would.
  void request_stop() noexcept { stop_.request_stop(); }
  [[nodiscard]] coro::stop_token token() noexcept { return stop_.token(); }

  /// How many of its tasks have not ended.
  [[nodiscard]] std::size_t tasks() const noexcept { return tasks_; }
  [[nodiscard]] bool crashed() const noexcept { return crashed_; }
  [[nodiscard]] machine& on() const noexcept { return on_; }

  [[nodiscard]] result<io::listener_ptr> listen(io::endpoint local) override;
  [[nodiscard]] io::time_point now() const noexcept override;
  [[nodiscard]] io::wall_time wall_clock() const noexcept override;
  void fill_random(io::buffer bytes) noexcept override;
  [[nodiscard]] std::size_t descriptor_limit() const noexcept override;
  [[nodiscard]] io::timer_heap& timers() noexcept override;
  [[nodiscard]] coro::ready_queue& ready() noexcept override;
  void submit(std::unique_ptr<io::work> item) override;
  [[nodiscard]] std::unique_ptr<io::wakeup> make_wakeup(std::function<void()> woken) override;

  /// For the simulation's own use.
  [[nodiscard]] sim::sockets& sockets() noexcept { return *sockets_; }

private:
  friend machine;
  class started_root;
  class job;
  class lookup;
  class alarm;

  void begin(io::connect_operation& operation) override;
  void abandon(io::connect_operation& operation) noexcept override;
  void begin(io::resolve_operation& operation) override;
  void abandon(io::resolve_operation& operation) noexcept override;

  /// The process is no more; what its peers see of that is the sockets' affair.
  void die(bool resets) noexcept;

  machine& on_;
  xoshiro256 chance_;
  std::size_t life_;
  coro::stop_source stop_;
  std::unique_ptr<sim::sockets> sockets_;
  std::size_t tasks_ = 0;
  bool crashed_ = false;
};

}  // namespace pappus::sim
