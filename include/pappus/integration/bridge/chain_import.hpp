// What the application says of the headers and blocks that its chain is synchronized with.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <pappus/integration/bridge/state_import.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/header.hpp>

namespace pappus::integration {

/// What the application did with headers or a block.
enum class import_result : std::uint8_t {
  accepted,
  known,     // nothing was new
  unlinked,  // the predecessor of the first is not known
  invalid,   // by rules that do not change: the peer that sent it has misbehaved
  future,    // not yet valid
  busy,      // nothing was done: it is called again later
  failed,    // by a fault of the application: it is called again later
};

/// Name for logs and metrics.
[[nodiscard]] std::string_view to_string(import_result which) noexcept;

/// Headers of which each is the next of the one before it.
using headers_ptr = std::shared_ptr<const std::vector<wire::header>>;

/// Blocks of the header chain that the application does not have, in the order of the chain.
struct missing_blocks {
  /// One of them.
  struct block {
    wire::hash hash;           // of the header
    std::uint64_t height = 0;  // on the chain

    friend bool operator==(const block&, const block&) = default;
  };
  std::vector<block> blocks;  // the lowest first
  bool reorganized = false;   // the block that they were to follow is not on the header chain any more
  /// A state that is to be imported before any block. Requires the adapter's functions that import states.
  std::optional<state_target> state;
};

}  // namespace pappus::integration
