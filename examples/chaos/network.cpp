#include "network.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include <pappus/coro/live_coroutines.hpp>
#include <pappus/peer/dandelion/status.hpp>
#include <pappus/peer/session/limits.hpp>
#include <pappus/statistics.hpp>
#include <pappus/wire/limits.hpp>

#include "address_families.hpp"
#include "fault_kinds.hpp"
#include "link_keys.hpp"
#include "liveness.hpp"

namespace chaos {
namespace {

using namespace std::chrono_literals;
using pappus::sim::uniform_below;

constexpr io::duration tick_interval = 1s;
/// Means of the pauses in the whole network.
constexpr io::duration between_transactions = 20s;
constexpr io::duration between_blocks = 1min;
constexpr io::duration between_bans = 2min;
constexpr std::size_t max_in_a_block = 20;
constexpr std::size_t nodes_of_the_seed = 4;
/// After the last fault, until the liveness rules are first looked at.
constexpr io::duration first_look = 1min;
constexpr io::duration look_interval = 10s;

/// The most work of one turn, units: its budget, and one undivided piece that begins when that is nearly spent. The
/// largest here is the longest message of headers: what is longer is hashed while it arrives, and does not occur.
std::size_t max_turn(const ledger& all) {
  const std::size_t longest = wire::limits::max_headers * all.genesis().whole->header().size();
  return pappus::coro::ready_queue::default_budget + pappus::peer::limits::frame_cost(longest);
}

sim::world_options world_of() {
  sim::world_options options;
  options.default_link.latency = 50ms;
  options.default_link.jitter = 20ms;
  return options;
}

}  // namespace

std::size_t network::outbound_of(std::size_t nodes) noexcept { return std::min<std::size_t>(8, (nodes + 3) / 4); }

network::network(const plan& what)
    : plan_(what),
      world_(what.seed, world_of()),
      ledger_(world_.options().epoch),
      rng_(pappus::mix64(what.seed ^ 0x74726166)),
      next_transaction_(io::time_point{1min}),
      next_block_(io::time_point{1min}),
      next_ban_(io::time_point{1min}) {
  for (std::size_t i = 0; i != plan_.size.nodes; ++i) add_machine_of_node(world_);
  for (std::size_t i = 0; i != plan_.size.hostile; ++i) add_other_machine(world_);
  proxies_.start(world_, plan_.size.nodes, rules_);
  const dependencies deps{world_, ledger_, rules_, plan_.size.nodes, plan_.size.hostile, proxies_};
  std::vector<pappus::ip_address> seeds;
  for (std::size_t i = 0; i != plan_.size.nodes; ++i) {
    sim::machine& home = *world_.machines()[i];
    members_.push_back(std::make_unique<member>(deps, i, home, plan_.seed));
    if (i < nodes_of_the_seed) seeds.insert(seeds.end(), home.addresses().begin(), home.addresses().end());
  }
  for (std::size_t i = 0; i != plan_.size.hostile; ++i) {
    attackers_.push_back(world_.machines()[plan_.size.nodes + i].get());
  }
  world_.set_name(seed_name, std::move(seeds));
}

network::~network() = default;

outcome network::run() {
  run_faults();
  if (!rules_.first()) recover();
  if (!rules_.first()) end_all();
  outcome_.broken = rules_.first();
  outcome_.length = world_.now().time_since_epoch();
  outcome_.events = world_.events();
  outcome_.longest_turn = world_.longest_turn();
  outcome_.transactions = ledger_.transactions().size();
  outcome_.published = static_cast<std::size_t>(
      std::ranges::count_if(ledger_.transactions(), [](const auto& each) { return each.is_public; }));
  for (const auto& each : members_) {
    const records& kept = each->host().kept;
    outcome_.acknowledged +=
        static_cast<std::size_t>(std::ranges::count_if(kept.own, [](const auto& own) { return own.acknowledged; }));
    outcome_.bans += kept.bans.size();
    outcome_.blocks = std::max<std::size_t>(outcome_.blocks, each->host().kept.blocks.best().height);
  }
  return outcome_;
}

void network::run_faults() {
  std::vector<fault> to_come = plan_.faults;
  std::ranges::stable_sort(to_come, std::ranges::greater{}, &fault::begin);
  for (;;) {
    const auto ends_first = std::ranges::min_element(active_, {}, &fault::end);
    const io::duration end = ends_first == active_.end() ? io::duration::max() : ends_first->end;
    const io::duration begin = to_come.empty() ? io::duration::max() : to_come.back().begin;
    if (!run_until(io::time_point{std::min({begin, end, plan_.size.length()})})) return;
    if (begin < end) {
      active_.push_back(to_come.back());
      to_come.pop_back();
      fault_kinds()[active_.back().kind].begin(*this, fault{active_.back()});
    } else if (end != io::duration::max()) {
      const fault over = *ends_first;
      active_.erase(ends_first);
      fault_kinds()[over.kind].end(*this, over);
    } else {
      return;
    }
  }
}

/// The attackers are gone, and nothing goes wrong any more.
void network::recover() {
  for (sim::machine* const each : attackers_) each->crash();
  observer_.emplace(world_, ledger_, members_);
  const io::time_point begun = world_.now();
  if (!run_until(io::saturating_add(begun, first_look))) return;
  for (;;) {
    const io::duration passed = world_.now() - begun;
    bool all_hold = true;
    for (const liveness_rule& each : liveness_rules()) {
      const auto missing = each.missing({members_, ledger_, *observer_, begun, world_.now()});
      if (missing && passed >= each.within) rules_.broken(each.rule, *missing, world_.now());
      all_hold = all_hold && !missing;
      if (!all_hold) break;
    }
    outcome_.recovery = passed;
    if (all_hold || !run_until(io::saturating_add(world_.now(), look_interval))) return;
  }
}

void network::end_all() {
  for (const auto& each : members_) each->stop();
  run_until(io::saturating_add(world_.now(), 10s));
}

bool network::run_until(io::time_point when) {
  while (!rules_.first()) {
    world_.run_until(std::min(next_tick_, when));
    check_turns();
    if (rules_.first() || world_.now() < next_tick_) break;
    next_tick_ = io::saturating_add(next_tick_, tick_interval);
    tick();
  }
  return !rules_.first();
}

void network::check_turns() {
  const std::size_t max = max_turn(ledger_);
  if (world_.longest_turn() <= max) return;
  rules_.broken("no turn is over its budget", fmt::format("{} units of work of at most {}", world_.longest_turn(), max),
                world_.now());
}

void network::tick() {
  for (const auto& each : members_) {
    each->tick();
    check_bounds(*each);
  }
  make_traffic();
}

io::time_point network::later(io::duration mean) {
  return io::saturating_add(world_.now(), pappus::sim::long_tailed(rng_, mean));
}

/// A node, drawn; the next one that runs if it does not. Null if none does.
incarnation* network::some_running_node() {
  const std::size_t drawn = static_cast<std::size_t>(uniform_below(rng_, members_.size()));
  for (std::size_t i = 0; i != members_.size(); ++i) {
    if (incarnation* const found = members_[(drawn + i) % members_.size()]->running()) return found;
  }
  return nullptr;
}

void network::make_traffic() {
  const io::time_point now = world_.now();
  if (now >= next_transaction_) {
    next_transaction_ = later(between_transactions);
    if (incarnation* const maker = some_running_node()) maker->send_own(ledger_.add_transaction(maker->number(), now));
  }
  if (now >= next_block_) {
    next_block_ = later(between_blocks);
    if (incarnation* const miner = some_running_node()) miner->mine(max_in_a_block);
  }
  if (now >= next_ban_) {
    next_ban_ = later(between_bans);
    if (incarnation* const banning = some_running_node()) banning->ban(pappus::ip_address::v4(0xc0000000 + bans_++));
  }
}

/// Limits of what a node holds.
void network::check_bounds(member& of) {
  incarnation* const now = of.running();
  if (now == nullptr) return;
  const pappus::node& node = now->node();
  const pappus::node_statistics is = node.statistics();
  const pappus::peer::connection_limits& room = node.config().connection_limits;
  const pappus::peer::dandelion_status stems = node.dandelion();
  const auto check = [&](const char* what, std::size_t has, std::size_t max) {
    if (has <= max) return;
    rules_.broken("bounds are kept", fmt::format("node {}: {} {} of at most {}", now->number(), has, what, max),
                  world_.now());
  };
  const pappus::peer::tls_options& links = node.config().tls;
  check("inbound peers", is.inbound, room.inbound_with_buffer() + links.allowed_keys.size() * room.inbound_per_address);
  check("outbound peers", is.outbound, room.outbound + 2 + links.peers.size());  // during a rotation, and on trial
  check("handshakes", is.connections.handshaking, room.handshakes + room.outbound + 2);
  check("private transactions", stems.transactions, 2 * node.config().dandelion.max_transactions);
  check("bytes held for peers", is.memory.used, node.config().max_memory);
}

outcome run_plan(const plan& what) {
  auto made = std::make_unique<network>(what);
  outcome how = made->run();
  if (how.broken) {
    static_cast<void>(made.release());
    return how;
  }
  made.reset();
  const auto left = pappus::coro::live_coroutines();  // empty unless coroutines are traced
  if (!left.empty()) {
    how.broken = violation{"no coroutine is left", pappus::coro::describe_live_coroutines(), how.length};
  }
  return how;
}

}  // namespace chaos
