// Periodic maintenance of peers and addresses: trims the listener buffer, disconnects peers whose chain makes no
// progress, removes stale addresses if the clock is trusted, and stores the best peers as anchors for the next start.
#pragma once

#include <pappus/coro/task.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/peer/clock/node_clock.hpp>
#include <pappus/peer/connections/connection_manager.hpp>
#include <pappus/peer/session/local_node.hpp>
#include <pappus/peer/session/session_registry.hpp>
#include <pappus/peer/store/peer_store.hpp>

namespace pappus::peer {

/// All arguments of the constructor outlive it.
class peer_maintenance {
public:
  peer_maintenance(io::runtime& runtime, const local_node& local, const session_registry& sessions,
                   connection_manager& links, peer_store& store, node_clock& clock) noexcept
      : runtime_(runtime), local_(local), sessions_(sessions), connections_(links), peer_store_(store), clock_(clock) {}

  /// Runs a pass every `limits::maintenance_interval`, until stopped.
  [[nodiscard]] task<void> run();

private:
  void end_stuck();
  [[nodiscard]] bool is_stuck(const session& outbound) const;
  void keep_anchors();

  io::runtime& runtime_;
  const local_node& local_;
  const session_registry& sessions_;
  connection_manager& connections_;
  peer_store& peer_store_;
  node_clock& clock_;
};

}  // namespace pappus::peer
