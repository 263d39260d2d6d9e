#include <utility>

#include <pappus/sim/machine.hpp>
#include <pappus/sim/world.hpp>

#include "connection.hpp"
#include "fabric.hpp"

namespace pappus::sim {

machine::machine(world& in, std::size_t index, std::vector<ip_address> addresses)
    : owner_(in), index_(index), addresses_(std::move(addresses)) {
  runtimes_.push_back(std::make_unique<sim::runtime>(*this, runtimes_.size()));
}

machine::~machine() = default;

void machine::crash(sim::crash how) {
  if (runtime().crashed()) return;
  if (owner_.tracing())
    owner_.annotate(to_string(address()) + (how == sim::crash::reset ? " crashes" : " falls silent"));
  reachable_ = how == sim::crash::reset;
  runtime().kill(reachable_);
}

runtime& machine::restart() {
  crash();
  if (owner_.tracing()) owner_.annotate(to_string(address()) + " restarts");
  runtimes_.push_back(std::make_unique<sim::runtime>(*this, runtimes_.size()));
  reachable_ = true;
  for (const auto& each : owner_.links().routes()) {
    if (each->way_to(false).to != this && each->way_to(true).to != this) continue;
    each->connections().for_each([](connection& held) { held.release_held(); });
  }
  return runtime();
}

void machine::hang_workers(bool hang) {
  workers_hang_ = hang;
  if (hang) return;
  for (const auto& begin : std::exchange(held_work_, {})) begin();
}

}  // namespace pappus::sim
