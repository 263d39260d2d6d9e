// What a store holds, and what is written to it.
#pragma once

#include <optional>
#include <vector>

#include <pappus/io/endpoint_range.hpp>
#include <pappus/peer/book/bans.hpp>
#include <pappus/peer/book/keyed_hash.hpp>
#include <pappus/peer/book/known_address.hpp>
#include <pappus/wire/peer_address.hpp>

namespace pappus::peer {

/// All that is in a store.
struct store_content {
  keyed_hash::key secret{};  // of the address book
  std::vector<known_address> addresses;
  std::vector<ban> bans;
  std::vector<wire::peer_address> anchors;  // peers to be dialled first after a restart
};

/// Changes that are made together or not at all.
struct store_batch {
  std::vector<known_address> kept;  // new, or in the place of what was known of that address
  std::vector<wire::peer_address> dropped;
  std::vector<ban> banned;  // new, or in the place of a ban of that range
  std::vector<io::endpoint_range> unbanned;
  std::optional<std::vector<wire::peer_address>> anchors;  // instead of those before

  [[nodiscard]] bool empty() const noexcept {
    return kept.empty() && dropped.empty() && banned.empty() && unbanned.empty() && !anchors;
  }
  /// Whether it must outlast a loss of power from the moment it is written: bans must, sightings need not.
  [[nodiscard]] bool urgent() const noexcept { return !banned.empty() || !unbanned.empty(); }
};

}  // namespace pappus::peer
