// Which address this node has, by what inbound peers say that they have dialed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <pappus/io/time.hpp>
#include <pappus/ip_address.hpp>

namespace pappus::peer {

/// Votes on the node's address of one family. Each netgroup has one vote, that of the first of its peers that votes. It
/// stands for `limits::address_vote_lifetime` since one of them has voted alike, and no other one replaces it; of more
/// than `limits::max_address_votes` the oldest is dropped. An address is elected with more than half of all votes, and
/// no less than `limits::min_address_votes`. It stays elected until another one is, or none of its votes is left.
///
/// So liars are elected if they are the first in more netgroups than all others, or have so many of them that the votes
/// of the others are dropped. An address that the node does not have any more stays elected until its votes are over.
class address_votes {
public:
  /// Without effect if the netgroup has voted for another address; makes its vote young if it has for this. O(votes).
  void add(std::uint64_t netgroup, const ip_address& address, io::time_point now);
  /// Drops the votes whose time is over. O(votes).
  void expire(io::time_point now);

  /// The address that is elected, as of the last call of `add` or `expire`.
  [[nodiscard]] const std::optional<ip_address>& elected() const noexcept { return elected_; }
  [[nodiscard]] std::size_t size() const noexcept { return votes_.size(); }

private:
  struct vote {
    std::uint64_t netgroup;
    ip_address address;
    io::time_point at;
  };

  void drop_expired(io::time_point now);
  void elect();
  [[nodiscard]] std::optional<ip_address> majority() const noexcept;
  [[nodiscard]] std::size_t votes_for(const ip_address& address) const noexcept;

  std::vector<vote> votes_;  // oldest first
  std::optional<ip_address> elected_;
};

}  // namespace pappus::peer
