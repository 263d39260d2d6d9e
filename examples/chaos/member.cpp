#include "member.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include <pappus/peer/dandelion/options.hpp>
#include <pappus/peer/store/sqlite_store.hpp>

#include "network.hpp"

namespace chaos {
namespace {

using namespace std::chrono_literals;

/// What follows a stop or a crash at the latest: its tasks have completed.
constexpr io::duration shutdown_time = pappus::peer::limits::shutdown_timeout + 1s;
/// Until a node that could not start is started again.
constexpr io::duration restart_delay = 10s;
/// After the start, until what was kept is checked.
constexpr io::duration check_delay = 5s;
constexpr io::duration snapshot_interval = 5min;
constexpr io::duration rebroadcast_interval = 3min;  // mean
/// How long a node may suffer from a fault that is over: a write that was tried again.
constexpr io::duration convalescence = 2min;

std::string unique_name(std::uint64_t seed, std::size_t number) { return fmt::format("chaos-{}-{}", seed, number); }

}  // namespace

member::member(const surroundings& in, std::size_t number, sim::machine& at, std::uint64_t seed)
    : in_(in),
      number_(number),
      at_(at),
      host_(in.all, pappus::mix64(seed ^ (number * 2 + 1))),
      chance_(pappus::mix64(seed ^ (number * 2 + 2))),
      disk_(unique_name(seed, number).c_str()) {}

life* member::running() noexcept { return !lives_.empty() && lives_.back()->is_up() ? lives_.back().get() : nullptr; }

pappus::node_config member::config() const {
  pappus::node_config made;
  made.chain = in_.all.chain();
  made.advertise = io::endpoint{at_.address(), made.chain.default_port};
  made.seeds = std::vector{pappus::peer::seed{network::seed_name, made.chain.default_port}};
  made.connection_limits.outbound = network::outbound_of(in_.nodes);
  made.dandelion.epoch = 2min;  // shorter than by default, so that a run has many
  made.dandelion.epoch_jitter = 10s;
  made.dandelion.aggregation = 20s;
  made.dandelion.embargo = {60s, 30s};
  made.custom_store.name = "the store";
  made.custom_store.open = [disk = disk_.name()](const pappus::peer::keyed_hash::key& fresh) {
    return pappus::peer::sqlite_store::open("chaos.peers", fresh, disk);
  };
  return made;
}

void member::start() {
  disk_.restore_power();
  if (!lives_.empty()) at_.restart();
  host_.pool.clear();
  lives_.push_back(std::make_unique<life>(in_, number_, host_, at_, config()));
  checked_ = false;
  start_at_ = io::saturating_add(in_.world.now(), restart_delay);
  rebroadcast_at_ = io::saturating_add(in_.world.now(), 1min);
}

void member::end_process() {
  if (!lives_.empty()) lives_.back()->crashed();
}

void member::crash(sim::crash how) {
  ++down_;
  at_.crash(how);
  disk_.kill_process();
  end_process();
}

void member::lose_power(std::uint32_t kept) {
  crash(sim::crash::blackhole);
  disk_.lose_power([this, kept] { return pappus::sim::uniform_below(chance_, 1000) < kept; });
}

void member::stop() {
  ++down_;
  if (!lives_.empty() && !lives_.back()->ending()) lives_.back()->stop();
}

void member::up_again() { --down_; }

void member::crash_and_restore() {
  crash(sim::crash::reset);
  if (snapshots_.empty()) return;
  disk_.files = snapshots_.front().of;
  host_.kept = snapshots_.front().kept;
  for (own_transaction& each : host_.kept.own) each.acknowledged = false;  // what came after is forgotten by both
}

void member::fill_disk(bool full) {
  full_ = full ? full_ + 1 : full_ - 1;
  disk_.room = full_ == 0 ? std::size_t(-1) : 0;
}

void member::fail_disk(bool fails) {
  failing_ = fails ? failing_ + 1 : failing_ - 1;
  disk_.fails = failing_ != 0;
}

void member::hang_workers(bool hang) {
  hanging_ = hang ? hanging_ + 1 : hanging_ - 1;
  at_.hang_workers(hanging_ != 0);
}

void member::exhaust_descriptors(bool exhausted) {
  exhausted_ = exhausted ? exhausted_ + 1 : exhausted_ - 1;
  at_.exhaust_descriptors(exhausted_ != 0);
}

void member::take_snapshot() {
  const io::time_point now = in_.world.now();
  if (!snapshots_.empty() && now - snapshots_.back().at < snapshot_interval) return;
  snapshots_.push_back({now, disk_.files, host_.kept});
  if (snapshots_.size() > 2) snapshots_.erase(snapshots_.begin());
}

/// What a life is to do, once a second.
void member::check_life() {
  life& now = *lives_.back();
  if (now.is_up() && !checked_ && in_.world.now() >= io::saturating_add(start_at_, check_delay - restart_delay)) {
    now.check_kept();
    checked_ = true;
  }
  if (now.is_up() && in_.world.now() >= rebroadcast_at_) {
    now.rebroadcast();
    const auto twice = static_cast<std::uint64_t>(2 * io::duration{rebroadcast_interval}.count());
    rebroadcast_at_ = io::saturating_add(in_.world.now(), io::duration{pappus::sim::uniform_below(chance_, twice)});
  }
  if (full_ + failing_ + hanging_ + exhausted_ != 0) unwell_until_ = io::saturating_add(in_.world.now(), convalescence);
  const bool has_failed = now.is_over() && now.failure() && !now.process().crashed();
  if (has_failed && in_.world.now() >= unwell_until_) {
    in_.watch.broken("a node runs while nothing is wrong with its machine",
                     fmt::format("node {}: {}", number_, now.failure().message()), in_.world.now());
  }
}

/// Destroys lives that are gone; the others must not take too long.
void member::tidy() {
  for (const auto& each : lives_) {
    const bool is_late = each->ending() && in_.world.now() - *each->ending() > shutdown_time;
    if (!is_late || each->is_gone()) continue;
    in_.watch.broken("a node that is stopped ends in time, and no coroutine of it is left",
                     fmt::format("node {}: {} tasks", number_, each->process().tasks()), in_.world.now());
  }
  const bool last_may_go = !lives_.empty() && lives_.back()->is_gone();
  std::erase_if(lives_, [&](const auto& each) { return each->is_gone() && (each != lives_.back() || !last_may_go); });
}

void member::tick() {
  if (!lives_.empty()) check_life();
  tidy();
  if (running() != nullptr) take_snapshot();
  const bool is_free = lives_.empty() || lives_.back()->is_over() || lives_.back()->process().crashed();
  if (should_run() && is_free && in_.world.now() >= start_at_) start();
}

}  // namespace chaos
