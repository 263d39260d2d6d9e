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
  [[nodiscard]] static constexpr announcement_source chain() noexcept { return announcement_source{{{}, 1}}; }

  [[nodiscard]] static constexpr announcement_source of(const peer_info& sender) noexcept {
    return announcement_source{account_key(sender)};
  }

  friend constexpr bool operator==(announcement_source, announcement_source) noexcept = default;

private:
  explicit constexpr announcement_source(const io::endpoint& key) noexcept : key_(key) {}

  io::endpoint key_;  // no peer has the address 0.0.0.0, which stands for the node
};

}  // namespace pappus::peer
