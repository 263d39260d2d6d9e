// Whom we do not talk to, why, and until when.
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
#include <pappus/peer/limits.hpp>
#include <pappus/peer/store/range_index.hpp>
#include <pappus/wire/messages/ban_reason.hpp>

namespace pappus::peer {

/// Who decided on a ban.
enum class ban_author : std::uint8_t { operator_of_node, node };

[[nodiscard]] constexpr const char* to_string(ban_author by) noexcept {
  return by == ban_author::node ? "node" : "operator";
}

struct ban {
  io::endpoint_range whom;
  wire::reason_for_ban cause = wire::reason_for_ban::manual;
  ban_author by = ban_author::operator_of_node;
  io::wall_time since;
  io::wall_time until;

  friend bool operator==(const ban&, const ban&) = default;
};

/// The bans in force, in memory: the truth while the node runs. Time is passed in, the node's own (`node_clock`), so
/// that no step of the wall clock ends a ban; what has run out counts no more, even before `expire` has removed it.
class ban_list {
public:
  explicit ban_list(std::size_t most = limits::bans) noexcept : most_(most) {}

  /// Adds a ban, or puts it in the place of one of the same range. A list that is full makes room by forgetting the ban
  /// that runs out first; gives that one's range. O(log n).
  std::optional<io::endpoint_range> add(const ban& added);

  /// Removes every ban of a range within `whom`; gives them. O(log n) and the number of ranges that begin in `whom`.
  std::vector<ban> remove(const io::endpoint_range& whom);

  /// Removes at most `most` of those that have run out; gives their ranges. O(log n) each.
  std::vector<io::endpoint_range> expire(io::wall_time now, std::size_t most);

  /// Moves the times of all, as the node's time has been. O(n).
  void shift(io::wall_time::duration by);

  /// The ban of that address at all of its ports, which is known before a peer has said a word; null if there is none.
  /// O(1): at most one look for each length of prefix in the list.
  [[nodiscard]] const ban* find(io::ipv4_address address, io::wall_time now) const noexcept;
  /// The ban of that endpoint, be it at all ports of its address or at this one.
  [[nodiscard]] const ban* find(io::endpoint where, io::wall_time now) const noexcept;

  /// How many ports of an address that author has banned one by one. O(log n) and these.
  [[nodiscard]] std::size_t ports_banned(io::ipv4_address address, ban_author by, io::wall_time now) const;

  /// In the order of their ranges, those that have run out left out. O(n).
  [[nodiscard]] std::vector<ban> list(io::wall_time now) const;
  [[nodiscard]] std::size_t size() const noexcept { return by_range_.size(); }

private:
  using place = std::map<io::endpoint_range, ban>::iterator;

  place remove_at(place which);

  std::size_t most_;
  std::map<io::endpoint_range, ban> by_range_;
  std::set<std::pair<io::wall_time, io::endpoint_range>> by_end_;
  range_index<const ban*> index_;
};

}  // namespace pappus::peer
