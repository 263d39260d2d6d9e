#include "member.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include <pappus/peer/dandelion/options.hpp>
#include <pappus/peer/store/sqlite_store.hpp>
#include <pappus/peer/transport/transport_options.hpp>

#include "link_keys.hpp"
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
constexpr io::duration recovery_time = 2min;

std::string unique_name(std::uint64_t seed, std::size_t number) { return fmt::format("chaos-{}-{}", seed, number); }

}  // namespace

member::member(const dependencies& deps, std::size_t number, sim::machine& at, std::uint64_t seed)
    : deps_(deps),
      number_(number),
      at_(at),
      host_(deps.all, pappus::mix64(seed ^ (number * 2 + 1))),
      has_links_(has_links(seed)),
      rng_(pappus::mix64(seed ^ (number * 2 + 2))),
      disk_(unique_name(seed, number).c_str()) {}

incarnation* member::running() noexcept {
  return !incarnations_.empty() && incarnations_.back()->is_up() ? incarnations_.back().get() : nullptr;
}

pappus::node_config member::config() const {
  pappus::node_config made;
  made.chain = deps_.all.chain();
  made.advertise = io::endpoint{at_.address(), made.chain.default_port};
  made.seeds = std::vector{pappus::peer::seed{network::seed_name, made.chain.default_port}};
  made.connection_limits.outbound = network::outbound_of(deps_.nodes);
  if (has_links_) made.tls = links_of(number_, deps_.world);
  if (is_proxied(deps_.world.seed(), number_)) {
    made.transport.rule = pappus::peer::transport_rule::proxy;
    made.transport.proxy = deps_.by.proxy_of(at_);
    made.advertise.reset();  // nobody is told it
    made.listen = io::endpoint{at_.address().unspecified(), made.chain.default_port};
  }
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
  if (!incarnations_.empty()) at_.restart();
  host_.pool.clear();
  incarnations_.push_back(std::make_unique<incarnation>(deps_, number_, host_, at_, config()));
  checked_ = false;
  judged_ = false;
  start_at_ = io::saturating_add(deps_.world.now(), restart_delay);
  rebroadcast_at_ = io::saturating_add(deps_.world.now(), 1min);
}

void member::end_process() {
  if (!incarnations_.empty()) incarnations_.back()->crashed();
}

void member::crash(sim::crash how) {
  ++down_;
  at_.crash(how);
  disk_.kill_process();
  end_process();
}

void member::lose_power(std::uint32_t kept) {
  crash(sim::crash::blackhole);
  disk_.lose_power([this, kept] { return pappus::sim::uniform_below(rng_, 1000) < kept; });
}

void member::stop() {
  ++down_;
  if (!incarnations_.empty() && !incarnations_.back()->ending()) incarnations_.back()->stop();
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
  const io::time_point now = deps_.world.now();
  if (!snapshots_.empty() && now - snapshots_.back().at < snapshot_interval) return;
  snapshots_.push_back({now, disk_.files, host_.kept});
  if (snapshots_.size() > 2) snapshots_.erase(snapshots_.begin());
}

/// What a incarnation is to do, once a second.
void member::check_incarnation() {
  incarnation& now = *incarnations_.back();
  if (now.is_up() && !checked_ && deps_.world.now() >= io::saturating_add(start_at_, check_delay - restart_delay)) {
    now.check_kept();
    checked_ = true;
  }
  if (now.is_up() && deps_.world.now() >= rebroadcast_at_) {
    now.rebroadcast();
    const auto twice = static_cast<std::uint64_t>(2 * io::duration{rebroadcast_interval}.count());
    rebroadcast_at_ = io::saturating_add(deps_.world.now(), io::duration{pappus::sim::uniform_below(rng_, twice)});
  }
  if (full_ + failing_ + hanging_ + exhausted_ != 0)
    impaired_until_ = io::saturating_add(deps_.world.now(), recovery_time);
  const bool has_just_ended = now.is_over() && !judged_;
  judged_ = now.is_over();
  const bool has_failed = has_just_ended && now.failure() && !now.process().crashed();
  if (has_failed && deps_.world.now() >= impaired_until_) {
    deps_.watch.broken("a node runs while nothing is wrong with its machine",
                       fmt::format("node {}: {}", number_, now.failure().message()), deps_.world.now());
  }
}

/// Destroys the incarnations that are gone; the others must not take too long.
void member::destroy_ended() {
  for (const auto& each : incarnations_) {
    const bool is_late = each->ending() && deps_.world.now() - *each->ending() > shutdown_time;
    if (!is_late || each->is_gone()) continue;
    deps_.watch.broken("a node that is stopped ends in time, and no coroutine of it is left",
                       fmt::format("node {}: {} tasks", number_, each->process().tasks()), deps_.world.now());
  }
  const bool last_may_go = !incarnations_.empty() && incarnations_.back()->is_gone();
  std::erase_if(incarnations_,
                [&](const auto& each) { return each->is_gone() && (each != incarnations_.back() || !last_may_go); });
}

void member::tick() {
  if (!incarnations_.empty()) check_incarnation();
  destroy_ended();
  if (running() != nullptr) take_snapshot();
  const bool is_free =
      incarnations_.empty() || incarnations_.back()->is_over() || incarnations_.back()->process().crashed();
  if (should_run() && is_free && deps_.world.now() >= start_at_) start();
}

}  // namespace chaos
