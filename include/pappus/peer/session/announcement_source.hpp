// Source of the announcement in a frame; send queues serve sources in turn.
#pragma once

#include <cstdint>

#include <pappus/peer/accounts/account_key.hpp>
#include <pappus/peer/peer_info.hpp>

namespace pappus::peer {

/// The node itself, its chain, or the account of the peer that sent the announced item.
class announcement_source {
public:
  /// The node itself: its own transactions, and those that it fluffs, which must be indistinguishable from these.
  constexpr announcement_source() noexcept = default;

  /// Headers and blocks, which the application has decided to relay.
  [[nodiscard]] static constexpr announcement_source chain() noexcept { return announcement_source{1}; }

  [[nodiscard]] static constexpr announcement_source of(const peer_info& sender) noexcept {
    const io::endpoint key = account_key(sender);
    return announcement_source{std::uint64_t{1} << 48 | std::uint64_t{key.address.value} << 16 | key.port};
  }

  friend constexpr bool operator==(announcement_source, announcement_source) noexcept = default;

private:
  explicit constexpr announcement_source(std::uint64_t key) noexcept : key_(key) {}

  std::uint64_t key_ = 0;
};

}  // namespace pappus::peer
