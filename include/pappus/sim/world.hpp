// A simulated world: machines, the network between them, and one virtual clock. A run depends only on its seed and the
// program.
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
#include <pappus/io/stream.hpp>
#include <pappus/io/time.hpp>
#include <pappus/io/timer_wheel.hpp>
#include <pappus/sim/link.hpp>
#include <pappus/sim/machine.hpp>
#include <pappus/sim/runtime.hpp>

namespace pappus::sim {

class fabric;

struct world_options {
  link default_link;  // for pairs of machines without `world::set_link`
  link loopback = {std::chrono::microseconds{10}, {}, jitter_distribution::even, 0, std::size_t{256} << 10, 0};

  // Negative times count as zero.
  io::duration connect_timeout = std::chrono::seconds{127};   // when no machine answers
  io::duration resolve_delay = std::chrono::milliseconds{5};  // of a name
  io::duration worker_delay = std::chrono::milliseconds{1};   // of work for a worker thread

  /// Wall clock time when the virtual clock is at zero.
  io::wall_time epoch{std::chrono::seconds{1'577'836'800}};  // 2020-01-01
};

/// Thrown by `run` when its task waits and nothing can ever happen any more. Lists the live coroutines in builds that
/// trace coroutines.
class deadlock : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Runs everything on one thread, in an order that depends on the seed and the program alone: events by time,
/// simultaneous events in the order in which they were scheduled. Must outlive everything made with it.
///
/// Events take no virtual time, up to a million at one instant: from then on each turn takes as long as it might on a
/// real loop (10 microseconds), so that code that never sleeps long cannot starve the rest. Terminates after 50 million
/// events without a pause, that is without the clock having to advance to the next due timer.
class world {
public:
  /// Throws `std::invalid_argument` if a link in `options` is invalid.
  explicit world(std::uint64_t seed, const world_options& options = {});
  world(const world&) = delete;
  world& operator=(const world&) = delete;
  /// Requests the processes of all machines to stop and runs until they have ended. Terminates if they do not end, or
  /// if a stream or listener was left open.
  ~world();

  /// Adds a machine with a publicly routable address, in a netgroup of its own while unused ones remain.
  machine& add_machine();
  /// Adds a machine with this address, or with these, at most one of each family. Throws `std::invalid_argument` if one
  /// is unspecified, loopback, or in use, or if there are none or several of a family.
  machine& add_machine(ip_address address) { return add_machine(std::vector{address}); }
  machine& add_machine(std::vector<ip_address> addresses);
  [[nodiscard]] const std::vector<std::unique_ptr<machine>>& machines() const noexcept { return hosts_; }
  /// The machine with this address; null if there is none.
  [[nodiscard]] machine* find(ip_address address) const noexcept;

  /// Sets the addresses of a name; lookups fail if the list is empty. `localhost` is predefined.
  void set_name(std::string name, std::vector<ip_address> addresses);
  /// Null if the name is unknown.
  [[nodiscard]] const std::vector<ip_address>* addresses_of(const std::string& name) const noexcept;

  // Running. All of these throw the exceptions of the machines' tasks, and must not be called from within a task.

  /// Runs until `main`, a task that belongs to no machine, has completed; returns its value or throws its exception. If
  /// nothing can happen any more, stops the task and then throws `deadlock`.
  template <class T>
  T run(task<T> main);
  /// Runs until the tasks of all machines have completed.
  void run();
  /// Runs all events up to and including `when`, then sets the clock to `when`. With `io::never`, runs until no event
  /// is left and leaves the clock at the last one.
  void run_until(io::time_point when);
  void run_for(io::duration length) { run_until(io::saturating_add(now_, length)); }

  /// Calls `observer` before each event: before each timer fires and each coroutine is resumed. Nothing of the world is
  /// on the stack of that call but the function that runs the world. If it throws, that function throws the same, and
  /// the world can be run on. A turn then ends after each event, as one does when its budget is spent. Empty: none. Not
  /// to be called by the observer.
  void observe(std::function<void()> observer) { observer_ = std::move(observer); }

  /// Virtual time since the start of the world.
  [[nodiscard]] io::time_point now() const noexcept { return now_; }
  [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }
  /// Number of timers that have fired so far, arrivals of bytes included.
  [[nodiscard]] std::uint64_t events() const noexcept { return events_; }
  /// The most work between two polls so far, by one due timer and the coroutines that were ready, in units of
  /// `coro::ready_queue`; of all processes together.
  [[nodiscard]] std::size_t longest_turn() const noexcept { return longest_turn_; }
  [[nodiscard]] const world_options& options() const noexcept { return options_; }

  // The network between the machines. Changes also affect bytes in flight, unless stated otherwise. Both functions
  // throw `std::invalid_argument` if a link is invalid.

  void set_link(machine& one, machine& other, const link& both_ways);
  void set_link_one_way(machine& from, machine& to, const link& properties);

  /// Cuts all links between `island` and the other machines; the machines in `island` still reach each other. Bytes
  /// sent meanwhile arrive after the heal, as if they had been sent then; datagrams are lost.
  void partition(const std::vector<machine*>& island);
  /// Cuts the link between two machines; `heal` restores it.
  void cut(machine& one, machine& other);
  void heal(machine& one, machine& other);
  /// Cuts one direction: what `from` sends does not arrive at `to`. `heal` restores it.
  void cut_one_way(machine& from, machine& to);
  /// Heals all cuts and partitions.
  void heal();

  /// Resets the connections between two machines from outside: both sides fail with `std::errc::connection_reset`.
  void reset(machine& one, machine& other);
  /// Makes the connections between two machines half-open: permanently, and without an error, no more bytes arrive.
  void blackhole(machine& one, machine& other);

  // A trace: network events as lines of text without line ends. Costs nothing without a listener.

  void trace(std::function<void(std::string_view line)> listener) { trace_ = std::move(listener); }
  [[nodiscard]] bool tracing() const noexcept { return static_cast<bool>(trace_); }
  /// Adds a line of the program's own to the trace.
  void annotate(std::string_view what);

  /// Calls `listener` with all bytes that are written to a connection, in order, when they are written; they are valid
  /// during the call. It must not throw. Costs nothing without a listener.
  void capture(std::function<void(io::endpoint from, io::endpoint to, io::const_buffer bytes)> listener) {
    capture_ = std::move(listener);
  }
  /// For the simulation's own use.
  void captured(io::endpoint from, io::endpoint to, io::const_buffer bytes) const {
    if (capture_) capture_(from, to, bytes);
  }

  [[nodiscard]] io::timer_queue& timers() noexcept { return timers_; }
  [[nodiscard]] coro::ready_queue& ready() noexcept { return ready_; }

  /// For the simulation's own use.
  [[nodiscard]] fabric& links() noexcept { return *wires_; }

private:
  friend runtime;

  class queue final : public coro::ready_queue {
    void wake() noexcept override {}  // `step` checks the queue first
  };
  class wheel final : public io::timer_wheel {
    void earliest_changed() noexcept override {}  // `step` checks it
  };
  class main_root;

  void run_until_ended(task<void> main);
  bool step(io::time_point until);
  bool expire_next(io::time_point until);
  std::size_t run_ready();
  void throw_if_failed();
  void update_cuts();

  std::uint64_t seed_;
  world_options options_;
  io::time_point now_{};
  std::uint64_t events_ = 0;
  std::uint64_t events_at_once_ = 0;  // since the clock last moved to a due timer
  std::size_t longest_turn_ = 0;      // units
  queue ready_;
  wheel timers_;
  std::unique_ptr<fabric> wires_;
  std::vector<std::unique_ptr<machine>> hosts_;
  std::unordered_map<ip_address, machine*> by_address_;
  std::map<std::string, std::vector<ip_address>> names_;
  std::uint32_t addresses_given_ = 0;
  std::size_t islands_ = 0;
  std::size_t tasks_ = 0;  // of all machines
  std::size_t jobs_ = 0;   // for worker threads
  std::exception_ptr failed_;
  std::function<void(std::string_view)> trace_;
  std::function<void(io::endpoint, io::endpoint, io::const_buffer)> capture_;
  std::function<void()> observer_;
  std::string line_;
};

template <class T>
T world::run(task<T> main) {
  std::optional<coro::non_void_t<T>> given;
  run_until_ended(coro::detail::store(std::move(main), given));
  if constexpr (!std::is_void_v<T>) return std::move(*given);
}

}  // namespace pappus::sim
