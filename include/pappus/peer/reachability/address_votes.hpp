// Which address this node has, by what inbound peers say that they have dialed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <pappus/io/time.hpp>
#include <pappus/ip_address.hpp>

namespace pappus::peer {

/// Votes on the node's address of one family. Each netgroup has one vote, its latest, for
/// `limits::address_vote_lifetime`; of more than `limits::max_address_votes` the oldest is dropped. An address is
/// elected with more than half of all votes, and no less than `limits::min_address_votes`. It stays elected until
/// another one is, or none of its votes is left. An attacker who connects from the netgroups of others replaces their
/// votes.
class address_votes {
public:
  /// Replaces the vote of this netgroup, if there is one. O(votes).
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
