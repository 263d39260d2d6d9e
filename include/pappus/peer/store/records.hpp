// What a store holds, and what is written to it.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include <pappus/io/endpoint_range.hpp>
#include <pappus/peer/keyed_hash.hpp>
#include <pappus/peer/store/address_info.hpp>
#include <pappus/peer/store/ban_list.hpp>
#include <pappus/wire/bytes.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/peer_address.hpp>
#include <pappus/wire/protocol_version.hpp>

namespace pappus::peer {

/// A transaction of our own that is not public yet.
struct stored_stem {
  wire::hash kernel;               // its first, by which it is known
  wire::protocol_version version;  // of the bytes
  wire::bytes body;                // as in a message of the protocol
  io::wall_time deadline;          // when it must be public

  friend bool operator==(const stored_stem&, const stored_stem&) = default;
};

/// All that is in a store.
struct store_content {
  keyed_hash::key secret{};  // of the address book
  std::vector<address_info> addresses;
  std::vector<ban> bans;
  std::vector<wire::peer_address> anchors;  // peers to be dialled first after a restart
  std::vector<stored_stem> stems;
  std::optional<io::wall_time> written;  // when it was last, by the node's time; unknown in one of an earlier version
};

/// Changes that are made together or not at all.
struct store_batch {
  std::vector<address_info> kept;  // new, or in the place of what was known of that address
  std::vector<wire::peer_address> dropped;
  std::vector<ban> banned;  // new, or in the place of a ban of that range
  std::vector<io::endpoint_range> unbanned;
  std::optional<std::vector<wire::peer_address>> anchors;  // instead of those before
  std::optional<io::wall_time> written;                    // the time it is
  std::vector<wire::hash> unstemmed;                       // are public, by their first kernels
  io::wall_time::duration moved{};                         // by which those that stay are due later
  std::vector<stored_stem> stemmed;                        // new, or in the place of one with that kernel

  [[nodiscard]] bool empty() const noexcept {
    return kept.empty() && dropped.empty() && banned.empty() && unbanned.empty() && !anchors && unstemmed.empty() &&
           stemmed.empty() && !written && moved == io::wall_time::duration::zero();
  }
  /// How many changes there are, without the time and those of private transactions, which are nobody's business.
  [[nodiscard]] std::size_t rows() const noexcept {
    return kept.size() + dropped.size() + banned.size() + unbanned.size() + (anchors ? 1 : 0);
  }
  /// Whether it must outlast a loss of power from the moment it is written: bans must, and transactions of our own,
  /// which nobody else may have; sightings need not, nor what has become public, for it may be made so again.
  [[nodiscard]] bool urgent() const noexcept { return !banned.empty() || !unbanned.empty() || !stemmed.empty(); }
};

}  // namespace pappus::peer
