// Ends sessions while strangers make the node hold more memory than it may.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

#include <pappus/coro/task.hpp>
#include <pappus/io/network.hpp>
#include <pappus/peer/logger.hpp>
#include <pappus/peer/memory_budget.hpp>
#include <pappus/peer/registry.hpp>

namespace pappus::peer {

/// Of the inbound peers those of the netgroup (a /16) that holds most go first, and of these the one that has made no
/// progress for longest: that long its frame has been arriving, or its outbox has waited to be taken. Then of those
/// that we have dialled, or that the operator prefers, the one that holds most, unless that is no more than its share:
/// the cap divided by the slots. Who goes loses what is queued for it, and is not punished: it may be an honest one.
class memory_watch {
public:
  /// `prefers` says which inbound peers are treated as those that we have dialled; `slots` is how many peers there may
  /// be. All else outlives it.
  memory_watch(io::runtime& on, memory_budget& memory, const session_registry& sessions, logger& say, std::size_t slots,
               std::function<bool(const peer_info&)> prefers)
      : on_(on),
        memory_(memory),
        sessions_(sessions),
        say_(say),
        share_(memory.cap() / std::max<std::size_t>(slots, 1)),
        prefers_(std::move(prefers)) {}

  /// Until it is stopped.
  [[nodiscard]] task<void> run();

private:
  void end_some();
  [[nodiscard]] std::size_t excess() const;
  [[nodiscard]] session* choose() const;
  [[nodiscard]] session* slowest_of(std::uint32_t netgroup) const;
  [[nodiscard]] bool is_stranger(const session& which) const;

  io::runtime& on_;
  memory_budget& memory_;
  const session_registry& sessions_;
  logger& say_;
  std::size_t share_;
  std::function<bool(const peer_info&)> prefers_;
};

}  // namespace pappus::peer
