#include <utility>

#include <pappus/sim/host.hpp>
#include <pappus/sim/world.hpp>

#include "connection.hpp"
#include "fabric.hpp"

namespace pappus::sim {

host::host(world& in, std::size_t index, io::ipv4_address address) : in_(in), index_(index), address_(address) {
  lives_.push_back(std::make_unique<network>(*this, lives_.size()));
}

host::~host() = default;

void host::crash(sim::crash how) {
  if (net().crashed()) return;
  if (in_.tracing()) in_.note(to_string(address_) + (how == sim::crash::reset ? " crashes" : " falls silent"));
  reachable_ = how == sim::crash::reset;
  net().die(reachable_);
}

network& host::restart() {
  crash();
  if (in_.tracing()) in_.note(to_string(address_) + " restarts");
  lives_.push_back(std::make_unique<network>(*this, lives_.size()));
  reachable_ = true;
  for (const auto& each : in_.wires().routes()) {
    if (each->way_to(false).to != this && each->way_to(true).to != this) continue;
    each->connections().for_each([](connection& held) { held.release_held(); });
  }
  return net();
}

void host::hang_workers(bool hang) {
  workers_hang_ = hang;
  if (hang) return;
  for (const auto& begin : std::exchange(held_work_, {})) begin();
}

}  // namespace pappus::sim
