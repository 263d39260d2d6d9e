// The version two peers agreed on, and what follows from it for the form of a message.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>

#include <pappus/wire/limits.hpp>

namespace pappus::wire {

/// The meaning of a version is in ranges: every number has one, so a stranger's number needs no check.
struct protocol_version {
  std::uint32_t number = 0;

  /// Up to version 1 every kernel has the same size.
  [[nodiscard]] constexpr bool has_fixed_size_kernels() const noexcept { return number <= 1; }

  /// Up to version 2 an input says the features of the output it spends; later it is the commitment alone.
  [[nodiscard]] constexpr bool has_input_features() const noexcept { return number <= 2; }

  friend constexpr auto operator<=>(const protocol_version&, const protocol_version&) = default;
};

/// What this library speaks, and Grin 5.5.0 with it.
inline constexpr protocol_version latest_version{1000};

[[nodiscard]] constexpr protocol_version negotiated_version(protocol_version ours, protocol_version theirs) noexcept {
  return std::min(ours, theirs);
}

/// All that reading a body depends on besides its bytes.
struct codec_context {
  protocol_version version = latest_version;
  chain_limits limits;
};

}  // namespace pappus::wire
