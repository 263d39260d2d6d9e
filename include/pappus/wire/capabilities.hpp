// What a peer says it can do for others, as a set of bits.
#pragma once

#include <cstdint>

namespace pappus::wire {

enum class capability : std::uint32_t {
  header_hist = 1,     // all headers back to genesis
  txhashset_hist = 2,  // archives of the chain's state
  peer_list = 4,       // addresses of other peers
  tx_kernel_hash = 8,  // announces and asks for transactions by kernel hash
  pibd_hist = 16,      // state in segments, as before grin issue 3705
  block_hist = 32,     // all blocks back to genesis
  pibd_hist_1 = 64,    // state in segments
};

/// Holds only bits that have a meaning here; reading drops the others.
class capabilities {
public:
  constexpr capabilities() noexcept = default;
  constexpr capabilities(capability one) noexcept : bits_(static_cast<std::uint32_t>(one)) {}

  [[nodiscard]] static constexpr capabilities from_bits(std::uint32_t bits) noexcept {
    capabilities known;
    known.bits_ = bits & 127;
    return known;
  }

  [[nodiscard]] constexpr std::uint32_t bits() const noexcept { return bits_; }

  /// Whether everything in `wanted` is here too.
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

[[nodiscard]] constexpr capabilities operator|(capability left, capability right) noexcept {
  return capabilities{left} | capabilities{right};
}

/// What a Grin node announces unless it keeps all blocks: 95.
inline constexpr capabilities default_capabilities = capability::header_hist | capability::txhashset_hist |
                                                     capability::peer_list | capability::tx_kernel_hash |
                                                     capability::pibd_hist | capability::pibd_hist_1;

/// What one that keeps all blocks announces: 127.
inline constexpr capabilities archive_capabilities = default_capabilities | capability::block_hist;

}  // namespace pappus::wire
