// Connection gater: decides by address and endpoint which peers the node accepts, dials and prefers.
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
#include <pappus/peer/access/peer_lists.hpp>
#include <pappus/peer/disconnect_info.hpp>
#include <pappus/peer/store/ban_list.hpp>
#include <pappus/peer/store/range_index.hpp>

namespace pappus::peer {

/// Connection gater. The bans outlive it. Look-ups are O(1), whatever the number of bans and ranges.
class connection_gater {
public:
  connection_gater(const ban_list& banned, const peer_lists& lists);

  /// Reason to reject every peer at that address, before a byte is read; nothing if some peer may be accepted.
  [[nodiscard]] std::optional<disconnect_info> reject_reason(ip_address address, io::wall_time now) const;

  /// Reason to reject the peer at that endpoint; nothing if there is none. An inbound peer's port is known after its
  /// Hand.
  [[nodiscard]] std::optional<disconnect_info> reject_reason(io::endpoint endpoint, io::wall_time now) const;

  /// Whether a peer that the node has dialed there is preferred.
  [[nodiscard]] bool prefers(io::endpoint dialed) const noexcept;
  /// Number of preferred sessions with that address: the number of entries for the narrowest block that contains it.
  [[nodiscard]] std::size_t preferences_at(ip_address address) const noexcept;

  /// Adds an entry to `prefer`: an endpoint found for a host name that the operator prefers. O(log n).
  void prefer(const io::endpoint_range& range);

private:
  struct listed {};

  template <class Where>
  [[nodiscard]] std::optional<disconnect_info> check(Where from, const range_index<listed>& allowed,
                                                     io::wall_time now) const;

  const ban_list& bans_;
  range_index<listed> denied_;
  range_index<listed> allowed_;
  range_index<listed> allowed_somewhere_;  // addresses with at least one allowed port
  range_index<listed> preferred_;
  std::map<io::endpoint_range, std::set<std::optional<std::uint16_t>>> entries_;  // the preferred ports of a block
  range_index<std::size_t> preferred_somewhere_;                                  // number of these
};

}  // namespace pappus::peer
