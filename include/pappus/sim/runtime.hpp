// The simulated runtime of one process on one machine.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <pappus/coro/or_throw.hpp>
#include <pappus/coro/stop.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/result.hpp>
#include <pappus/sim/random.hpp>

namespace pappus::sim {

class machine;
class sockets;

/// One process of a machine: from its start or restart to its crash. Its random numbers depend only on the world's
/// seed, the machine's index and the number of the process, not on other processes.
///
/// Worker threads are simulated by a delay: work runs on the loop, unless `machine::hang_workers` holds it, and no
/// other thread can wake the loop. After the crash its operations fail with `std::errc::network_down`; timers continue.
class runtime final : public io::runtime {
public:
  runtime(machine& on, std::size_t life);
  ~runtime() override;

  /// Starts a task in this process, under its stop token. The world's `run` functions throw its exception.
  void spawn(task<void> root);
  /// As above; an error is thrown as `std::system_error`.
  void spawn(task<result<void>> root) { spawn(coro::or_throw(std::move(root))); }

  /// Requests the tasks of this process to stop, as a signal would.
  void request_stop() noexcept { stop_.request_stop(); }
  [[nodiscard]] coro::stop_token token() noexcept { return stop_.token(); }

  /// Number of its tasks that have not completed.
  [[nodiscard]] std::size_t tasks() const noexcept { return tasks_; }
  [[nodiscard]] bool crashed() const noexcept { return crashed_; }
  [[nodiscard]] machine& on() const noexcept { return on_; }

  [[nodiscard]] result<io::listener_ptr> listen(io::endpoint local) override;
  [[nodiscard]] result<io::datagram_socket_ptr> open_datagram_socket(io::endpoint local,
                                                                     std::optional<io::endpoint> remote) override;
  [[nodiscard]] io::time_point now() const noexcept override;
  [[nodiscard]] io::wall_time wall_clock() const noexcept override;
  void fill_random(io::buffer bytes) noexcept override;
  [[nodiscard]] std::size_t descriptor_limit() const noexcept override;
  [[nodiscard]] std::vector<ip_address> default_gateways() const override;
  [[nodiscard]] io::timer_queue& timers() noexcept override;
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
  class wakeup;

  void begin(io::connect_operation& operation) override;
  void abandon(io::connect_operation& operation) noexcept override;
  void begin(io::resolve_operation& operation) override;
  void abandon(io::resolve_operation& operation) noexcept override;

  /// Ends the process; `sockets` reports that to the peers, with resets if `resets`.
  void kill(bool resets) noexcept;

  machine& on_;
  xoshiro256 rng_;
  std::size_t incarnation_;
  coro::stop_source stop_;
  std::unique_ptr<sim::sockets> sockets_;
  std::size_t tasks_ = 0;
  bool crashed_ = false;
};

}  // namespace pappus::sim
