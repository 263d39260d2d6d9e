// Whom we talk to, as far as that depends on where they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include <pappus/io/endpoint.hpp>
#include <pappus/io/endpoint_range.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/disconnect_info.hpp>
#include <pappus/peer/store/ban_list.hpp>
#include <pappus/peer/store/range_index.hpp>

namespace pappus::peer {

/// The operator's lists. Whoever is in `deny` is not talked to; if `allow` lists anybody, nobody else is. A peer in
/// `prefer` finds room even when all slots are taken, and is never evicted; if we have dialled it, it is not banned by
/// the node either. That holds for one session at a time for each entry and address in it: for one that we have dialled
/// at that port, or else for one that comes from there, whatever port it claims.
struct peer_lists {
  std::vector<io::endpoint_range> deny = {};
  std::vector<io::endpoint_range> allow = {};
  std::vector<io::endpoint_range> prefer = {};
};

/// Borrows the bans. All of it O(1), whatever the number of bans and ranges.
class connection_gater {
public:
  connection_gater(const ban_list& banned, const peer_lists& lists);

  /// Why nobody at that address is talked to, known before a byte is read; nothing if somebody may be.
  [[nodiscard]] std::optional<disconnect_info> reject_reason(io::ipv4_address address, io::wall_time now) const;

  /// Why the peer there is not talked to. An inbound peer's port is known with its Hand.
  [[nodiscard]] std::optional<disconnect_info> reject_reason(io::endpoint where, io::wall_time now) const;

  /// Whether a peer that we have dialled there is preferred.
  [[nodiscard]] bool prefers(io::endpoint dialled) const noexcept;
  /// How many peers at that address are preferred: as many as there are entries of the narrowest range around it.
  [[nodiscard]] std::size_t preferences_at(io::ipv4_address address) const noexcept;

  /// As if it were on the list: the peer that the operator has given a name has been found there.
  void prefer(const io::endpoint_range& whom);

private:
  struct listed {};

  template <class Where>
  [[nodiscard]] std::optional<disconnect_info> judge(Where from, const range_index<listed>& allowed,
                                                     io::wall_time now) const;

  const ban_list& bans_;
  range_index<listed> denied_;
  range_index<listed> allowed_;
  range_index<listed> allowed_somewhere_;  // addresses of which at least one port is allowed
  range_index<listed> preferred_;
  std::map<io::endpoint_range, std::set<std::optional<std::uint16_t>>> entries_;  // the preferred ports of a block
  range_index<std::size_t> preferred_somewhere_;                                  // how many these are
};

}  // namespace pappus::peer
