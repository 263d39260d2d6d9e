// Capabilities that a peer advertises, as bit flags.
#pragma once

#include <cstdint>

namespace pappus::wire {

/// What a peer offers.
enum class capability : std::uint32_t {
  header_hist = 1,     // serves all headers back to genesis
  txhashset_hist = 2,  // serves txhashset archives of the chain state
  peer_list = 4,       // serves addresses of other peers
  tx_kernel_hash = 8,  // announces and requests transactions by kernel hash
  pibd_hist = 16,      // serves the chain state in segments, as before grin issue 3705
  block_hist = 32,     // serves all blocks back to genesis
  pibd_hist_1 = 64,    // serves the chain state in segments
};

/// Set of capabilities. Unknown bits are dropped when it is read.
class capabilities {
public:
  constexpr capabilities() noexcept = default;
  constexpr capabilities(capability one) noexcept : bits_(static_cast<std::uint32_t>(one)) {}

  /// From and to the number in Hand and Shake.
  [[nodiscard]] static constexpr capabilities from_bits(std::uint32_t bits) noexcept {
    capabilities known;
    known.bits_ = bits & 127;
    return known;
  }
  [[nodiscard]] constexpr std::uint32_t bits() const noexcept { return bits_; }

  /// Whether it contains all of `wanted`.
  [[nodiscard]] constexpr bool has(capabilities wanted) const noexcept {
    return (bits_ & wanted.bits_) == wanted.bits_;
  }

  friend constexpr capabilities operator|(capabilities left, capabilities right) noexcept {
    return from_bits(left.bits_ | right.bits_);
  }
  friend constexpr bool operator==(const capabilities&, const capabilities&) = default;

private:
  std::uint32_t bits_ = 0;
};

/// Both.
[[nodiscard]] constexpr capabilities operator|(capability left, capability right) noexcept {
  return capabilities{left} | capabilities{right};
}

/// Capabilities of a Grin node that does not keep all blocks: 95.
inline constexpr capabilities default_capabilities = capability::header_hist | capability::txhashset_hist |
                                                     capability::peer_list | capability::tx_kernel_hash |
                                                     capability::pibd_hist | capability::pibd_hist_1;

/// Capabilities of a Grin node that keeps all blocks: 127.
inline constexpr capabilities archive_capabilities = default_capabilities | capability::block_hist;

}  // namespace pappus::wire
