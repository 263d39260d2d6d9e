#include <algorithm>
#include <cstdio>

#include <pappus/coro/live_coroutines.hpp>
#include <pappus/io/cost.hpp>
#include <pappus/sim/world.hpp>

#include "connection.hpp"
#include "fabric.hpp"

namespace pappus::sim {
namespace {

/// Events at one instant that take no virtual time, count. After these, each turn takes `time_of_a_turn`.
constexpr std::uint64_t free_at_once = 1'000'000;
/// Events without a pause (see `events_at_once_`), count. More are treated as an endless loop.
constexpr std::uint64_t most_at_once = 50'000'000;
/// Virtual time of one turn after `free_at_once` events.
constexpr io::duration time_of_a_turn = std::chrono::microseconds{10};

[[noreturn]] void give_up(const char* why) noexcept {
  std::fprintf(stderr, "pappus: %s\n%s", why, coro::describe_live_coroutines().c_str());
  std::terminate();
}

}  // namespace

/// The task of `run`, until its completion.
class world::main_root final : private coro::root_listener {
public:
  main_root(world& in, task<void> body) {
    const coro::context here{&in.ready_, stop_.token()};
    coro::root::launch(here, std::move(body), *this);
  }

  [[nodiscard]] bool ended() const noexcept { return ended_; }
  void request_stop() noexcept { stop_.request_stop(); }
  void rethrow() const {
    if (thrown_) std::rethrow_exception(thrown_);
  }

private:
  void root_ended(std::exception_ptr thrown) noexcept override {
    thrown_ = std::move(thrown);
    ended_ = true;
  }

  coro::stop_source stop_;
  std::exception_ptr thrown_;
  bool ended_ = false;
};

world::world(std::uint64_t seed, const world_options& options)
    : seed_(seed), options_(options), wires_(std::make_unique<fabric>(options_)) {
  options_.default_link.check();
  options_.loopback.check();
  set_name("localhost", {ip_address::v4(0x7f000001), *ip_address::parse("::1")});
}

world::~world() {
  trace_ = nullptr;     // the listener may be destroyed already,
  observer_ = nullptr;  // and so may these
  capture_ = nullptr;
  for (const auto& each : hosts_) {
    const coro::ready_queue::turn stopping{ready_};
    each->runtime().request_stop();
    each->hang_workers(false);
  }
  while (tasks_ != 0 || jobs_ != 0) {
    if (!step(io::never)) give_up("a world ended and its coroutines wait for what will never happen");
  }
  // Coroutines of streams over streams end after their streams are closed.
  while (wires_->alive() != 0 && step(now_)) {
  }
  if (wires_->alive() != 0) give_up("a world was destroyed while somebody had a stream or a listener of it");
}

/// Runs ready coroutines or the next due timer; false if there are none until `until`.
bool world::step(io::time_point until) {
  ready_.refill();
  const bool busy = events_at_once_ >= free_at_once;
  if (busy && now_ >= until) return false;
  if (busy) now_ = std::min(io::saturating_add(now_, time_of_a_turn), until);
  const bool any_ready = !ready_.empty();
  if (any_ready) events_at_once_ += run_ready();
  if (!any_ready && !expire_next(until)) return false;
  // Between two budgets one due timer fires, as sockets and timers do on a real loop.
  if (any_ready && (busy || !ready_.empty())) expire_next(now_);
  longest_turn_ = std::max(longest_turn_, ready_.spent());
  wires_->spoil_views();
  if (events_at_once_ > most_at_once) give_up("something goes on for ever without a pause");
  return true;
}

/// With an observer, one coroutine after another.
std::size_t world::run_ready() {
  if (!observer_) return ready_.run();
  std::size_t resumed = 0;
  for (bool has_budget = true; has_budget && !ready_.empty(); ++resumed) {
    observer_();
    has_budget = ready_.run_one();
  }
  return resumed;
}

bool world::expire_next(io::time_point until) {
  const io::time_point next = timers_.earliest();
  if (next > until || next == io::never) return false;
  if (observer_) observer_();
  if (next > now_) {
    now_ = next;
    events_at_once_ = 0;
  }
  std::optional<coro::ready_queue::turn> turn;
  if (!observer_) turn.emplace(ready_);
  ready_.charge(io::cost::timer);
  events_ += timers_.expire(now_, 1);
  ++events_at_once_;
  return true;
}

void world::throw_if_failed() {
  if (failed_) std::rethrow_exception(std::exchange(failed_, nullptr));
}

void world::run_until_ended(task<void> main) {
  main_root root{*this, std::move(main)};
  std::string waiting;
  while (!root.ended()) {
    if (!failed_ && step(io::never)) continue;
    if (!failed_) waiting = "nothing can happen any more\n" + coro::describe_live_coroutines();
    root.request_stop();
    while (!root.ended() && step(io::never)) {
    }
    if (!root.ended()) give_up("a task was stopped and waits for what will never happen");
    throw_if_failed();
    throw deadlock{waiting};
  }
  root.rethrow();
  throw_if_failed();
}

void world::run() {
  while (tasks_ != 0) {
    if (!step(io::never)) throw deadlock{"nothing can happen any more\n" + coro::describe_live_coroutines()};
    throw_if_failed();
  }
}

void world::run_until(io::time_point when) {
  while (step(when)) throw_if_failed();
  if (when <= now_ || when == io::never) return;
  now_ = when;
  events_at_once_ = 0;
}

machine& world::add_machine() {
  constexpr std::uint32_t first = 0x01000001;  // 1.0.0.1
  constexpr std::uint32_t netgroups = 0xdf00;  // below multicast
  for (;;) {
    const std::uint32_t number = addresses_given_++;
    const ip_address address = ip_address::v4(first + (number % netgroups << 16) + number / netgroups);
    if (address.is_routable() && find(address) == nullptr) return add_machine(address);
  }
}

machine& world::add_machine(std::vector<ip_address> addresses) {
  for (const ip_address& each : addresses) {
    if (each.is_unspecified() || each.is_loopback()) throw std::invalid_argument("no address of a host");
    if (find(each) != nullptr) throw std::invalid_argument("a host has this address");
  }
  const bool has_several = std::ranges::count_if(addresses, &ip_address::is_v4) > 1 ||
                           std::ranges::count(addresses, false, &ip_address::is_v4) > 1;
  if (addresses.empty() || has_several) throw std::invalid_argument("not an address, or one of each family");
  hosts_.push_back(std::make_unique<machine>(*this, hosts_.size(), std::move(addresses)));
  machine& added = *hosts_.back();
  for (const ip_address& each : added.addresses()) by_address_.emplace(each, &added);
  return added;
}

machine* world::find(ip_address address) const noexcept {
  const auto found = by_address_.find(address);
  return found == by_address_.end() ? nullptr : found->second;
}

void world::set_name(std::string name, std::vector<ip_address> addresses) {
  names_.insert_or_assign(std::move(name), std::move(addresses));
}

const std::vector<ip_address>* world::addresses_of(const std::string& name) const noexcept {
  const auto found = names_.find(name);
  return found == names_.end() ? nullptr : &found->second;
}

void world::annotate(std::string_view what) {
  if (!trace_) return;
  const auto nanoseconds = static_cast<std::uint64_t>(now_.time_since_epoch().count());
  const std::string fraction = std::to_string(nanoseconds % 1'000'000'000);
  line_ = std::to_string(nanoseconds / 1'000'000'000);
  line_ += '.';
  line_.append(9 - fraction.size(), '0');
  line_ += fraction;
  line_ += ' ';
  line_ += what;
  trace_(line_);
}

}  // namespace pappus::sim
