// One simulated network: the world, the honest nodes, the attackers' machines, and what goes on among them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <pappus/sim/random.hpp>
#include <pappus/sim/world.hpp>

#include "ledger.hpp"
#include "member.hpp"
#include "observer.hpp"
#include "plan.hpp"
#include "proxies.hpp"
#include "rules.hpp"

namespace chaos {

/// How the process of a run has ended.
enum class run_end : std::uint8_t {
  in_order,        // with an outcome that was measured
  crashed,         // or the simulation threw: nothing was measured
  out_of_patience  // it was killed for the real time that it took: nothing was measured
};

/// How a run went.
struct outcome {
  std::optional<violation> broken;  // nothing: all rules were kept
  run_end end = run_end::in_order;  // all below is 0 otherwise
  io::duration length{};            // virtual
  io::duration recovery{};          // from the end of the faults until all was well
  std::uint64_t events = 0;
  std::size_t transactions = 0;
  std::size_t acknowledged = 0;  // of these, by their makers' nodes
  std::size_t published = 0;     // of these, fluffed or mined
  std::size_t blocks = 0;        // of the best chain
  std::size_t bans = 0;          // acknowledged
  std::size_t longest_turn = 0;  // units of work
};

class network {
public:
  /// Name of a seed: the addresses of a few nodes.
  static constexpr const char* seed_name = "seed.chaos";
  /// Outbound slots of each node.
  [[nodiscard]] static std::size_t outbound_of(std::size_t nodes) noexcept;

  explicit network(const plan& what);
  network(const network&) = delete;
  network& operator=(const network&) = delete;
  ~network();

  /// Runs the plan, and then until all is well, a rule is broken, or a time limit is reached. Call once.
  outcome run();

  // For the faults.

  [[nodiscard]] sim::world& world() noexcept { return world_; }
  [[nodiscard]] const ledger& all() const noexcept { return ledger_; }
  [[nodiscard]] rules& watch() noexcept { return rules_; }
  [[nodiscard]] std::size_t size() const noexcept { return members_.size(); }
  [[nodiscard]] member& at(std::size_t number) noexcept { return *members_[number]; }
  [[nodiscard]] sim::machine& attacker(std::size_t number) noexcept { return *attackers_[number]; }
  /// Faults that have begun and not ended, in the order of their beginnings.
  [[nodiscard]] const std::vector<fault>& active() const noexcept { return active_; }

private:
  void run_faults();
  void recover();
  void end_all();
  /// Runs until `when`, with ticks and traffic; false if a rule is broken.
  bool run_until(io::time_point when);
  void tick();
  void make_traffic();
  void check_bounds(member& of);
  void check_turns();
  [[nodiscard]] incarnation* some_running_node();
  [[nodiscard]] io::time_point later(io::duration mean);

  plan plan_;
  rules rules_;      // outlives the world, as what watches it
  proxies proxies_;  // the same, as what runs in it
  sim::world world_;
  ledger ledger_;
  pappus::sim::xoshiro256 rng_;  // of the traffic: the same whatever goes wrong
  std::vector<std::unique_ptr<member>> members_;
  std::vector<sim::machine*> attackers_;
  std::optional<observer> observer_;  // from the end of the faults on
  std::vector<fault> active_;
  std::uint32_t bans_ = 0;
  io::time_point next_tick_{};
  io::time_point next_transaction_;
  io::time_point next_block_;
  io::time_point next_ban_;
  outcome outcome_;
};

/// Runs a plan in a network of its own. If that breaks a rule, the network is left as it is, and never destroyed, since
/// what is wrong with it may be that it cannot end.
[[nodiscard]] outcome run_plan(const plan& what);

}  // namespace chaos
