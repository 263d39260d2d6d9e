// A machine that connects with every node when nothing goes wrong any more: a node must answer those that it does not
// know.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include <pappus/sim/world.hpp>

#include "ledger.hpp"
#include "member.hpp"

namespace chaos {

class observer {
public:
  /// Adds a machine to the world, which begins to connect with each of these nodes, again and again until it has
  /// answered once. `all` outlives it.
  observer(sim::world& world, const ledger& all, const std::vector<std::unique_ptr<member>>& nodes);
  observer(const observer&) = delete;
  observer& operator=(const observer&) = delete;
  ~observer() = default;

  /// Whether the node with this number has completed a handshake.
  [[nodiscard]] bool has_met(std::size_t number) const { return met_[number]; }

private:
  pappus::task<void> meet_all(std::vector<io::endpoint> nodes);
  pappus::task<bool> meet(io::endpoint node);

  const ledger& all_;
  sim::machine& home_;
  std::vector<bool> met_;
};

}  // namespace chaos
