// Disconnects sessions while peers make the node hold more memory than the cap.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

#include <pappus/coro/task.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/peer/logger.hpp>
#include <pappus/peer/memory_budget.hpp>
#include <pappus/peer/session/session_registry.hpp>
#include <pappus/peer/transport/connector.hpp>

namespace pappus::peer {

/// First those inbound peers are disconnected whose netgroup holds most, and of these the one that has made no
/// progress for longest: that long its frame has been arriving, or its send queue has not been read by the peer. Then
/// follows, of those that the node has dialed or the operator prefers, the one that holds most, unless that is no more
/// than its share: the cap divided by the slots. A disconnected peer loses what is queued for it, but is not punished:
/// it may be honest.
class memory_monitor {
public:
  /// `prefers` selects the inbound peers that are treated like dialed ones; `slots` is the maximum number of peers. All
  /// other arguments outlive it.
  memory_monitor(io::runtime& runtime, memory_budget& memory, const session_registry& sessions, const connector& paths,
                 logger& log, std::size_t slots, std::function<bool(const peer_info&)> prefers)
      : runtime_(runtime),
        memory_(memory),
        sessions_(sessions),
        paths_(paths),
        log_(log),
        share_(memory.cap() / std::max<std::size_t>(slots, 1)),
        prefers_(std::move(prefers)) {}

  /// Runs until stopped.
  [[nodiscard]] task<void> run();

private:
  void end_some();
  [[nodiscard]] std::size_t bytes_over_cap() const;
  [[nodiscard]] session* choose() const;
  [[nodiscard]] session* slowest_of(std::uint64_t netgroup) const;
  [[nodiscard]] bool is_stranger(const session& session) const;

  io::runtime& runtime_;
  memory_budget& memory_;
  const session_registry& sessions_;
  const connector& paths_;  // for the names of peers
  logger& log_;
  std::size_t share_;
  std::function<bool(const peer_info&)> prefers_;
};

}  // namespace pappus::peer
