// Content of the peer store, and the batches of changes written to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <pappus/io/endpoint_range.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/keyed_hash.hpp>
#include <pappus/peer/store/address_info.hpp>
#include <pappus/peer/store/ban.hpp>
#include <pappus/wire/bytes.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/peer_address.hpp>
#include <pappus/wire/protocol_version.hpp>

namespace pappus::peer {

/// Deadline of a transaction whose next round of private broadcast is due.
inline constexpr io::wall_time no_deadline{};

/// One of the node's own transactions that is not public yet.
struct stem_transaction {
  wire::hash kernel;               // hash of its first kernel, its key
  wire::protocol_version version;  // in which `body` is encoded
  wire::bytes body;                // as in a protocol message
  io::wall_time deadline;          // time at which it must be public, or of its next round of private broadcast
  std::uint32_t rounds = 0;        // of private broadcast that have begun

  /// Whether it is broadcast privately, and has been on no stem.
  [[nodiscard]] bool is_private() const noexcept { return rounds != 0 || deadline == no_deadline; }

  friend bool operator==(const stem_transaction&, const stem_transaction&) = default;
};

/// Entire content of a store.
struct store_content {
  keyed_hash::key secret{};  // key of the address book
  std::vector<address_info> addresses;
  std::vector<named_host> hosts;  // for which some of these addresses stand
  std::vector<ban> bans;
  std::vector<wire::peer_address> anchors;  // peers to be dialed first after a restart
  std::vector<stem_transaction> stems;
  std::optional<io::wall_time> written;  // node's time of the last write; unknown in a store of an earlier version

  friend bool operator==(const store_content&, const store_content&) = default;
};

/// A new deadline of a stored transaction, and the rounds that have begun by now.
struct stem_deadline {
  wire::hash kernel;
  io::wall_time deadline;
  std::uint32_t rounds = 0;

  friend bool operator==(const stem_deadline&, const stem_deadline&) = default;
};

/// Changes that are made in one transaction, in the order of the members. To write a batch twice is as to write it
/// once. What is removed need not be there.
struct store_batch {
  std::vector<address_info> addresses;                // new, or replacing the entry of that address
  std::vector<named_host> hosts;                      // likewise; of `addresses`
  std::vector<wire::peer_address> removed_addresses;  // with the hosts for which they stand
  std::vector<io::endpoint_range> unbanned;
  std::vector<ban> banned;  // new, or replacing the ban of that range; the last one counts
  std::optional<std::vector<wire::peer_address>> anchors;  // replacing the previous ones
  std::optional<io::wall_time> written;                    // time of this write
  std::vector<wire::hash> removed_stems;                   // removed transactions, by their first kernels
  std::vector<stem_deadline> deadlines;                    // of transactions that are still stored; others are ignored
  std::vector<stem_transaction> stems;                     // new, or replacing one with that kernel

  [[nodiscard]] bool empty() const noexcept {
    return addresses.empty() && hosts.empty() && removed_addresses.empty() && banned.empty() && unbanned.empty() &&
           !anchors && removed_stems.empty() && deadlines.empty() && stems.empty() && !written;
  }
  /// Number of changes. Hosts are not counted apart from their addresses, nor is the time, nor, for privacy, are
  /// private transactions.
  [[nodiscard]] std::size_t rows() const noexcept {
    return addresses.size() + removed_addresses.size() + banned.size() + unbanned.size() + (anchors ? 1 : 0);
  }
  /// Whether it must survive a power loss as soon as it is written. Bans must, and new private transactions, of which
  /// there may be no other copy. Changes of addresses need not, nor removals of transactions that have become public:
  /// these may be published again.
  [[nodiscard]] bool urgent() const noexcept { return !banned.empty() || !unbanned.empty() || !stems.empty(); }
};

}  // namespace pappus::peer
