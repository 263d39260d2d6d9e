// Total difficulty and height of a chain, as peers exchange them in pings.
#pragma once

#include <cstdint>

namespace pappus::peer {

/// What peers compare of their chains.
struct chain_tip {
  std::uint64_t total_difficulty = 0;  // of the chain up to its last block
  std::uint64_t height = 0;            // of that block; 0: the first block

  friend bool operator==(const chain_tip&, const chain_tip&) = default;
};

/// Source of the node's own chain tip. `integration` has one that other threads write.
class tip_source {
public:
  tip_source(const tip_source&) = delete;
  tip_source& operator=(const tip_source&) = delete;
  virtual ~tip_source() = default;

  /// The latest tip. Never blocks.
  [[nodiscard]] virtual chain_tip latest() noexcept = 0;

protected:
  tip_source() = default;
};

}  // namespace pappus::peer
