#include <algorithm>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <pappus/coro/root.hpp>
#include <pappus/sim/machine.hpp>
#include <pappus/sim/runtime.hpp>
#include <pappus/sim/world.hpp>

#include "connection.hpp"
#include "datagram_socket.hpp"
#include "fabric.hpp"
#include "sockets.hpp"

namespace pappus::sim {
namespace {

std::error_code down() noexcept { return std::make_error_code(std::errc::network_down); }

}  // namespace

/// A task of the process, until its completion.
class runtime::started_root final : public coro::root_listener {
public:
  explicit started_root(runtime& owner) noexcept : owner_(owner) {}

  /// Call after the launch; the object deletes itself on completion.
  void begun() noexcept {
    ++owner_.tasks_;
    ++owner_.on_.in().tasks_;
  }

private:
  void root_ended(std::exception_ptr thrown) noexcept override {
    const std::unique_ptr<started_root> gone_afterwards{this};
    world& in = owner_.on_.in();
    --owner_.tasks_;
    --in.tasks_;
    if (thrown && !in.failed_) in.failed_ = std::move(thrown);
  }

  runtime& owner_;
};

/// Work for a worker thread, simulated by a delay. Deletes itself.
class runtime::job final : public io::timer_node {
public:
  /// Throws if there is no memory to hold it while the workers hang.
  job(machine& on, std::unique_ptr<io::work> what) : on_(on), what_(std::move(what)) {
    on_.held_work_.reserve(on_.in().jobs_ + 1);
    ++on_.in().jobs_;
    begin();
  }

private:
  /// Due before `io::never`, because the world's destructor waits for it.
  void begin() noexcept {
    world& in = on_.in();
    const io::time_point due = io::saturating_add(in.now(), in.options().worker_delay);
    in.timers().arm(*this, std::min(due, io::never - io::duration{1}));
  }

  void on_timer() noexcept override {
    if (on_.workers_hang_) {
      on_.held_work_.emplace_back([this] { begin(); });
      return;
    }
    const std::unique_ptr<job> gone_afterwards{this};
    --on_.in().jobs_;
    what_->run();
    what_->on_complete();
  }

  machine& on_;
  std::unique_ptr<io::work> what_;
};

/// A name lookup in progress. Deletes itself on completion; `abandon` deletes it earlier.
class runtime::lookup final : public io::timer_node {
public:
  lookup(runtime& by, io::resolve_operation& operation) noexcept : by_(by), operation_(operation) {
    const world& in = by_.on_.in();
    by_.timers().arm(*this, io::saturating_add(in.now(), in.options().resolve_delay));
  }

private:
  void on_timer() noexcept override {
    const std::unique_ptr<lookup> gone_afterwards{this};
    operation_.complete(look_up());
  }

  [[nodiscard]] result<std::vector<ip_address>> look_up() const noexcept {
    try {
      const auto* const found = by_.on_.in().addresses_of(operation_.host);
      if (by_.crashed_) return failure{down()};
      if (const auto literal = ip_address::parse(operation_.host)) return std::vector{*literal};
      if (found != nullptr && !found->empty()) return *found;
      return failure{std::make_error_code(std::errc::no_such_device_or_address)};
    } catch (const std::exception&) {
      return failure{std::make_error_code(std::errc::not_enough_memory)};
    }
  }

  runtime& by_;
  io::resolve_operation& operation_;
};

/// Calls its function at the virtual time of `notify`, after the events that are already due then.
class runtime::wakeup final : public io::wakeup, private io::timer_node {
public:
  wakeup(io::runtime& runtime, std::function<void()> woken) : runtime_(runtime), woken_(std::move(woken)) {}

  void notify() noexcept override {
    if (!armed()) runtime_.timers().arm(*this, runtime_.now());
  }

private:
  void on_timer() noexcept override {
    const std::function<void()> woken = woken_;  // the call may destroy this
    woken();
  }

  io::runtime& runtime_;
  std::function<void()> woken_;
};

runtime::runtime(machine& on, std::size_t life)
    : on_(on),
      rng_(derive(on.in().seed(), rng_stream::process, on.index(), life)),
      incarnation_(life),
      sockets_(std::make_unique<sim::sockets>(on.addresses())) {}

runtime::~runtime() = default;

void runtime::spawn(task<void> root) {
  auto listener = std::make_unique<started_root>(*this);
  const coro::context here{&ready(), stop_.token()};
  coro::root::launch(here, std::move(root), *listener);  // starts later, from the ready queue
  listener.release()->begun();
}

void runtime::kill(bool resets) noexcept {
  crashed_ = true;
  sockets_->die(resets);
  stop_.request_stop();
}

result<io::listener_ptr> runtime::listen(io::endpoint local) {
  if (crashed_) return failure{down()};
  PAPPUS_TRY(where, sockets_->bind_listener(local));
  return io::listener_ptr{new listener{*this, where}};
}

result<io::datagram_socket_ptr> runtime::open_datagram_socket(io::endpoint local, std::optional<io::endpoint> remote) {
  if (crashed_) return failure{down()};
  if (on_.descriptors_exhausted()) return failure{std::make_error_code(std::errc::too_many_files_open)};
  PAPPUS_TRY(where, sockets_->bind_datagram_socket(local, remote));
  const std::uint64_t number = std::uint64_t{incarnation_} << 40 | sockets_->count_datagram_socket();
  const std::uint64_t seed = derive(on_.in().seed(), rng_stream::datagram_socket, on_.index(), number);
  return io::datagram_socket_ptr{new datagram_socket{*this, where, remote, seed}};
}

io::time_point runtime::now() const noexcept { return on_.in().now(); }

std::size_t runtime::descriptor_limit() const noexcept { return on_.descriptor_limit(); }

std::vector<ip_address> runtime::default_gateways() const { return on_.default_gateways(); }

io::wall_time runtime::wall_clock() const noexcept {
  const io::duration since_epoch = io::saturating_add(now().time_since_epoch(), on_.clock_offset());
  return io::saturating_add(on_.in().options().epoch, std::chrono::floor<io::wall_time::duration>(since_epoch));
}

void runtime::fill_random(io::buffer bytes) noexcept {
  std::uint64_t drawn = 0;
  for (std::size_t i = 0; i != bytes.size(); ++i) {
    drawn = i % sizeof drawn == 0 ? rng_() : drawn >> 8;
    bytes[i] = static_cast<std::byte>(drawn & 0xff);
  }
}

io::timer_queue& runtime::timers() noexcept { return on_.in().timers(); }

coro::ready_queue& runtime::ready() noexcept { return on_.in().ready(); }

void runtime::submit(std::unique_ptr<io::work> item) { static_cast<void>(new job{on_, std::move(item)}); }

std::unique_ptr<io::wakeup> runtime::make_wakeup(std::function<void()> woken) {
  return std::make_unique<wakeup>(*this, std::move(woken));
}

void runtime::begin(io::connect_operation& operation) {
  if (crashed_) return operation.complete_inline(failure{down()});
  if (on_.in().tracing()) on_.in().annotate(to_string(on_.address()) + " connects to " + to_string(operation.remote));
  if (on_.descriptors_exhausted()) {
    return operation.complete_inline(failure{std::make_error_code(std::errc::too_many_files_open)});
  }
  const auto from = sockets_->bind_dialer(operation.local, operation.remote);
  if (!from) return operation.complete_inline(failure{from.error()});
  world& in = on_.in();
  machine* const to = sockets_->own(operation.remote.address) ? &on_ : in.find(operation.remote.address);
  route& over = to == nullptr ? in.links().nowhere() : in.links().between(on_, *to);
  const bool back = to != nullptr && to->index() < on_.index();
  const std::uint64_t number = std::uint64_t{incarnation_} << 40 | sockets_->count_dial();
  auto* const dialed = new connection{
      in, over, back, *from, operation.remote, derive(in.seed(), rng_stream::connection, on_.index(), number)};
  dialed->end(false).connect(*this, operation);
}

void runtime::abandon(io::connect_operation& operation) noexcept {
  static_cast<stream*>(operation.backend)->abandon_connect();
}

void runtime::begin(io::resolve_operation& operation) {
  if (on_.in().tracing()) on_.in().annotate(to_string(on_.address()) + " looks up " + operation.host);
  operation.backend = new lookup{*this, operation};
}

void runtime::abandon(io::resolve_operation& operation) noexcept { delete static_cast<lookup*>(operation.backend); }

}  // namespace pappus::sim
