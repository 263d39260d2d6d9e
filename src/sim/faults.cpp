// The fault injection functions of the world: links, cuts, resets.
#include <stdexcept>

#include <pappus/sim/world.hpp>

#include "connection.hpp"
#include "fabric.hpp"

namespace pappus::sim {

void world::set_link(machine& one, machine& other, const link& both_ways) {
  set_link_one_way(one, other, both_ways);
  set_link_one_way(other, one, both_ways);
}

void link::check() const {
  if (latency < io::duration::zero()) throw std::invalid_argument("a link's latency is negative");
  if (jitter < io::duration::zero() || jitter > max_jitter_mean) {
    throw std::invalid_argument("a link's jitter is negative, or longer than an hour");
  }
  if (datagram_loss > 1000) throw std::invalid_argument("a link loses more datagrams than are sent");
}

void world::set_link_one_way(machine& from, machine& to, const link& properties) {
  properties.check();
  wires_->way(from, to).properties = properties;
}

void world::partition(const std::vector<machine*>& island) {
  ++islands_;
  for (machine* const each : island) {
    each->island_ = islands_;
    if (tracing()) annotate(to_string(each->address()) + " is cut off, island " + std::to_string(islands_));
  }
  update_cuts();
}

void world::cut(machine& one, machine& other) {
  if (tracing()) annotate(to_string(one.address()) + " and " + to_string(other.address()) + " are cut apart");
  wires_->between(one, other).set_cut(true);
  update_cuts();
}

void world::cut_one_way(machine& from, machine& to) {
  if (tracing()) annotate(to_string(from.address()) + " is cut off from " + to_string(to.address()) + ", one way");
  wires_->way(from, to).cut = true;
}

void world::heal(machine& one, machine& other) {
  if (tracing()) annotate(to_string(one.address()) + " and " + to_string(other.address()) + " are healed");
  wires_->between(one, other).heal();
  update_cuts();
}

void world::heal() {
  annotate("all is healed");
  for (const auto& each : hosts_) each->island_ = 0;
  for (const auto& each : wires_->routes()) each->heal();
  update_cuts();
}

void world::update_cuts() {
  for (const auto& each : wires_->routes()) {
    const bool apart = each->way_to(false).to->island() != each->way_to(true).to->island();
    each->set_blocked(each->cut() || apart);
    if (!each->blocked()) each->connections().for_each([](connection& held) { held.release_held(); });
  }
}

void world::reset(machine& one, machine& other) {
  if (tracing()) annotate(to_string(one.address()) + " and " + to_string(other.address()) + " are reset");
  wires_->between(one, other).connections().for_each([](connection& each) { each.reset(); });
}

void world::blackhole(machine& one, machine& other) {
  if (tracing()) annotate(to_string(one.address()) + " and " + to_string(other.address()) + " do not hear each other");
  wires_->between(one, other).connections().for_each([](connection& each) { each.silence(); });
}

}  // namespace pappus::sim
