// What a sweep repeats: nodes that have to do with each other in a simulated world, and what must hold in the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <support/exposure.hpp>
#include <support/made_up.hpp>

#include <pappus/peer/limits.hpp>
#include <pappus/sim/world.hpp>

#include "whole_node.hpp"

namespace sweeps {

class scenario {
public:
  explicit scenario(const sim::world_options& options = {}) : world{1, options} {}
  scenario(const scenario&) = delete;
  scenario& operator=(const scenario&) = delete;
  virtual ~scenario() = default;

  /// All that happens, from the start of the nodes to their stop. It may be left at any event by an exception of the
  /// world's observer.
  virtual void play() = 0;

  /// The node whose stops are tried.
  [[nodiscard]] whole_node& first() noexcept { return *nodes.front(); }

  void run_for(io::duration length) {
    const exposed here;
    world.run_for(length);
  }

  /// Stops all nodes that run, and checks what is left of them.
  void end() {
    for (const auto& each : nodes) each->stop(false);
    run_for(peer::limits::shutdown_timeout + 1s);
    for (const auto& each : nodes) each->check_ended();
  }

  /// Stops the first node, or all of them; checks what is left, and that the next run of the first has all that was
  /// acknowledged.
  void stop(bool by_token, bool all) {
    for (const auto& each : nodes) {
      if (all || each == nodes.front()) each->stop(by_token);
    }
    run_for(peer::limits::shutdown_timeout + 1s);
    first().check_ended();
    end();
    begin_again();
  }

  /// After a failure in one of the nodes: all of them go on, or begin again, and relay; and nothing that was
  /// acknowledged is lost.
  void recover() {
    end_trouble();
    run_for(45s);
    for (const auto& each : nodes) {
      if (each->is_running()) continue;
      each->check_ended();
      each->start();
    }
    meet();
    check_relay(*nodes.back());
    check_relay(first());
    check_purpose();
    end();
    begin_again();
  }

  rules watch;
  sim::world world;
  std::vector<std::unique_ptr<whole_node>> nodes;

protected:
  /// Connects the others with the first if they are not.
  void meet() {
    run_for(2s);
    for (std::size_t i = 1; i != nodes.size(); ++i) {
      if (!nodes[i]->session_with(first())) nodes[i]->connect(first());
    }
    run_for(5s);
  }

  whole_node& add(const std::string& name, whole_node::options how) {
    return *nodes.emplace_back(std::make_unique<whole_node>(watch, world, name, std::move(how)));
  }

  [[nodiscard]] wire::transaction_ptr new_transaction(std::uint32_t version = 1000) {
    return support::some_transaction(++seed_, version);
  }
  [[nodiscard]] wire::block_ptr new_block() { return support::some_block(++seed_); }

private:
  /// What it is about has come about in the end.
  virtual void check_purpose() {}

  void end_trouble() {
    world.heal();
    for (const auto& each : nodes) {
      each->disk().fails = false;
      each->hang_workers(false);
      each->machine().exhaust_descriptors(false);
      each->machine().set_clock_offset({});
    }
  }

  void begin_again() {
    end_trouble();
    run_for(1s);
    first().start();
    run_for(3s);
    first().check_kept();
    run_for(3s);
    end();
  }

  void check_relay(whole_node& from) {
    const auto tx = new_transaction();
    from.fluff(tx);
    run_for(20s);
    for (const auto& each : nodes) {
      if (!each->has(tx)) watch.broken("a transaction of " + from.name() + " does not reach " + each->name());
    }
  }

  std::uint64_t seed_ = 1000;
};

}  // namespace sweeps
