// Banned addresses and endpoints, with reason and expiry.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <pappus/io/endpoint.hpp>
#include <pappus/io/endpoint_range.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/store/ban.hpp>
#include <pappus/peer/store/limits.hpp>
#include <pappus/peer/store/range_index.hpp>
#include <pappus/wire/messages/ban_reason.hpp>

namespace pappus::peer {

/// Bans in force, in memory; authoritative while the node runs. The caller passes the node's time (`node_clock`), so
/// that no step of the wall clock ends a ban. An expired ban has no effect, even before `expire` has removed it.
class ban_list {
public:
  explicit ban_list(std::size_t max = limits::max_bans) noexcept : max_(max) {}

  /// Adds a ban, or replaces the one of the same range. A full list drops the ban that expires first; returns the
  /// range of the dropped one. O(log n).
  std::optional<io::endpoint_range> add(const ban& added);

  /// Removes every ban of a range within `range` and returns them. O(log n + ranges that begin in `range`).
  std::vector<ban> remove(const io::endpoint_range& range);

  /// Removes at most `max` expired bans; returns their ranges. O(log n) each.
  std::vector<io::endpoint_range> expire(io::wall_time now, std::size_t max);

  /// Adds a correction of the node's time to the times of all bans. O(n).
  void shift(io::wall_time::duration by);

  /// The ban of all ports of that address, which needs no byte from the peer; null if there is none. O(1): at most one
  /// look-up for each prefix length in the list.
  [[nodiscard]] const ban* find(ip_address address, io::wall_time now) const noexcept;
  /// The ban of that endpoint, of its port or of all ports; null if there is none. O(1).
  [[nodiscard]] const ban* find(io::endpoint endpoint, io::wall_time now) const noexcept;

  /// All bans that have not expired, ordered by range. O(n).
  [[nodiscard]] std::vector<ban> list(io::wall_time now) const;
  [[nodiscard]] std::size_t size() const noexcept { return by_range_.size(); }

private:
  using place = std::map<io::endpoint_range, ban>::iterator;

  place remove_at(place position);

  std::size_t max_;
  std::map<io::endpoint_range, ban> by_range_;
  std::set<std::pair<io::wall_time, io::endpoint_range>> by_end_;
  range_index<const ban*> index_;
};

}  // namespace pappus::peer
