// Phase of a transaction's propagation.
#pragma once

#include <cstdint>

namespace pappus::peer {

/// Private along the stem, or public to all peers.
enum class phase : std::uint8_t { stem, fluff };

/// Name for output.
[[nodiscard]] constexpr const char* to_string(phase phase) noexcept { return phase == phase::stem ? "stem" : "fluff"; }

}  // namespace pappus::peer
