// A simulated world: hosts, the network between them, and one virtual clock. One seed, one run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <pappus/coro/ready_queue.hpp>
#include <pappus/coro/root.hpp>
#include <pappus/coro/stop.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/coro/when_all.hpp>
#include <pappus/io/endpoint.hpp>
#include <pappus/io/time.hpp>
#include <pappus/io/timer_heap.hpp>
#include <pappus/sim/host.hpp>
#include <pappus/sim/link.hpp>
#include <pappus/sim/network.hpp>

namespace pappus::sim {

class fabric;

struct world_options {
  link default_link;  // any two hosts that `world::set_link` says nothing about
  link loopback = {std::chrono::microseconds{10}, {}, jitter_shape::even, 0, std::size_t{256} << 10, 0};

  // A time that is negative is none at all.
  io::duration connect_timeout = std::chrono::seconds{127};  // when nobody answers
  io::duration lookup_time = std::chrono::milliseconds{5};   // of a name
  io::duration work_time = std::chrono::milliseconds{1};     // of anything given to a worker thread

  /// What wall clocks show when the virtual clock is at zero.
  io::wall_time epoch{std::chrono::seconds{1'577'836'800}};  // 2020-01-01
};

/// Thrown by `run` when its task waits and nothing can ever happen any more. Says who waits for what in builds that
/// trace coroutines.
class deadlock : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Everything in it happens on one thread, in an order that depends on the seed and the program alone: events by time,
/// those at one time by the order in which they were planned. Outlives all that is made with it.
///
/// What happens takes no time, until a million things have happened at one instant: from then on each takes as long as
/// it may on a real loop, so that whoever never sleeps for long keeps nothing else from happening. Terminates if that
/// goes on for 50 million.
class world {
public:
  /// Throws `std::invalid_argument` if a link is not as it must be.
  explicit world(std::uint64_t seed, const world_options& options = {});
  world(const world&) = delete;
  world& operator=(const world&) = delete;
  /// Asks the processes of all hosts to stop and runs until they have ended; terminates if they do not, or if somebody
  /// has left a stream or listener open.
  ~world();

  /// A new host, on an address that one on the Internet might have, in a netgroup of its own as far as those go.
  machine& add_machine();
  /// Throws `std::invalid_argument` if the address cannot be a host's or is another's.
  machine& add_machine(io::ipv4_address address);
  [[nodiscard]] const std::vector<std::unique_ptr<machine>>& machines() const noexcept { return hosts_; }
  /// The host at an address; null if there is none.
  [[nodiscard]] machine* find(io::ipv4_address address) const noexcept;

  /// What a name stands for; an empty list is a name without addresses. `localhost` is known everywhere.
  void set_name(std::string name, std::vector<io::ipv4_address> addresses);
  /// Null if the name is unknown.
  [[nodiscard]] const std::vector<io::ipv4_address>* addresses_of(const std::string& name) const noexcept;

  // Running. All of these throw what a host's task has thrown, and must not be called from within a task.

  /// Runs until `main`, a task beside all hosts, has ended; gives what it gives, throws what it throws. A task that is
  /// stuck is stopped before `stuck` is thrown.
  template <class T>
  T run(task<T> main);
  /// Runs until the tasks of all hosts have ended.
  void run();
  /// Runs until all that happens up to and at `when` has happened; then it is `when`. Nothing happens at `io::never`,
  /// and it never is that late.
  void run_until(io::time_point when);
  void run_for(io::duration length) { run_until(io::saturating_add(now_, length)); }

  /// Time since the world began.
  [[nodiscard]] io::time_point now() const noexcept { return now_; }
  [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }
  /// How many timers and arrivals there have been so far.
  [[nodiscard]] std::uint64_t events() const noexcept { return events_; }
  [[nodiscard]] const world_options& options() const noexcept { return options_; }

  // The network between the hosts. Changes concern also what is on its way, unless said otherwise. Both throw
  // `std::invalid_argument` if a link is not as it must be.

  void set_link(machine& one, machine& other, const link& both_ways);
  void set_link_one_way(machine& from, machine& to, const link& properties);

  /// Cuts every way between `island` and the other hosts; hosts that are cut off together reach each other. What is
  /// sent meanwhile arrives after the cut is healed, as if it had been sent then.
  void partition(const std::vector<machine*>& island);
  /// The same for two hosts.
  void cut(machine& one, machine& other);
  void heal(machine& one, machine& other);
  /// Heals all cuts.
  void heal();

  /// Resets the connections between two hosts, from the middle: both sides see `std::errc::connection_reset`.
  void reset(machine& one, machine& other);
  /// Lets the connections between two hosts go half-open: for ever, and without an error, nothing more arrives.
  void blackhole(machine& one, machine& other);

  // A trace: what happens on the network, as lines of text without their ends. Costs nothing without a listener.

  void trace(std::function<void(std::string_view line)> listener) { trace_ = std::move(listener); }
  [[nodiscard]] bool tracing() const noexcept { return static_cast<bool>(trace_); }
  /// Puts a line of the program's own in the trace.
  void annotate(std::string_view what);

  [[nodiscard]] io::timer_heap& timers() noexcept { return timers_; }
  [[nodiscard]] coro::ready_queue& ready() noexcept { return ready_; }

  /// For the simulation's own use.
  [[nodiscard]] fabric& wires() noexcept { return *wires_; }

private:
  friend runtime;

  class queue final : public coro::ready_queue {
    void wake() noexcept override {}  // `step` looks at it first
  };
  class heap final : public io::timer_heap {
    void earliest_changed() noexcept override {}  // `step` looks at it
  };
  class main_root;

  void run_until_ended(task<void> main);
  bool step(io::time_point until);
  bool expire_next(io::time_point until);
  void throw_if_failed();
  void update_cuts();

  std::uint64_t seed_;
  world_options options_;
  io::time_point now_{};
  std::uint64_t events_ = 0;
  std::uint64_t events_at_once_ = 0;  // since time last moved to what was due next
  queue ready_;
  heap timers_;
  std::unique_ptr<fabric> wires_;
  std::vector<std::unique_ptr<machine>> hosts_;
  std::unordered_map<io::ipv4_address, machine*> by_address_;
  std::map<std::string, std::vector<io::ipv4_address>> names_;
  std::uint32_t addresses_given_ = 0;
  std::size_t islands_ = 0;
  std::size_t tasks_ = 0;  // of all hosts
  std::size_t jobs_ = 0;   // with worker threads
  std::exception_ptr failed_;
  std::function<void(std::string_view)> trace_;
  std::string line_;
};

template <class T>
T world::run(task<T> main) {
  std::optional<coro::non_void_t<T>> given;
  run_until_ended(coro::detail::store(std::move(main), given));
  if constexpr (!std::is_void_v<T>) return std::move(*given);
}

}  // namespace pappus::sim
