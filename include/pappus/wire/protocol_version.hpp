// Protocol versions, and the forms of messages that depend on them.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>

#include <pappus/wire/limits.hpp>

namespace pappus::wire {

/// Protocol version of a peer. Forms depend on ranges of versions, so every number is valid and needs no check.
struct protocol_version {
  std::uint32_t number = 0;  // in Hand and Shake

  /// Up to version 1 every kernel has the same size.
  [[nodiscard]] constexpr bool has_fixed_size_kernels() const noexcept { return number <= 1; }

  /// Up to version 2 an input has the features of the output that it spends; later it is only the commitment.
  [[nodiscard]] constexpr bool has_input_features() const noexcept { return number <= 2; }

  friend constexpr auto operator<=>(const protocol_version&, const protocol_version&) = default;
};

/// The latest version that this library and Grin 5.5.0 support.
inline constexpr protocol_version latest_version{1000};

/// The version of a session: the lower of the two.
[[nodiscard]] constexpr protocol_version negotiated_version(protocol_version ours, protocol_version theirs) noexcept {
  return std::min(ours, theirs);
}

/// Context for decoding a body: everything that it depends on besides the bytes.
struct codec_context {
  protocol_version version = latest_version;  // at which it was or will be sent
  chain_limits limits;                        // of the chain
};

}  // namespace pappus::wire
