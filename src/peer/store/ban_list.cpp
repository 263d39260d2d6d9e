#include <utility>

#include <pappus/peer/store/ban_list.hpp>

namespace pappus::peer {
namespace {

template <class Where>
const ban* find_in_force(const range_index<const ban*>& index, Where where, io::wall_time now) noexcept {
  const auto* const found = index.find(where, [now](const ban* each) { return each->until > now; });
  return found == nullptr ? nullptr : *found;
}

}  // namespace

std::optional<io::endpoint_range> ban_list::add(const ban& added) {
  if (const auto before = by_range_.find(added.range); before != by_range_.end()) remove_at(before);
  std::optional<io::endpoint_range> forgotten;
  if (by_range_.size() >= max_) {
    forgotten = by_end_.begin()->second;
    remove_at(by_range_.find(*forgotten));
  }
  const auto placed = by_range_.emplace(added.range, added).first;
  by_end_.emplace(added.until, added.range);
  index_.set(added.range, &placed->second);
  return forgotten;
}

ban_list::place ban_list::remove_at(place position) {
  index_.erase(position->first);
  by_end_.erase({position->second.until, position->first});
  return by_range_.erase(position);
}

std::vector<ban> ban_list::remove(const io::endpoint_range& range) {
  std::vector<ban> removed;
  auto each = by_range_.lower_bound(io::endpoint_range{range.network, range.prefix_length});
  while (each != by_range_.end() && range.contains(each->first.network)) {
    if (range.contains(each->first)) {
      removed.push_back(each->second);
      each = remove_at(each);
    } else {
      ++each;
    }
  }
  return removed;
}

std::vector<io::endpoint_range> ban_list::expire(io::wall_time now, std::size_t max) {
  std::vector<io::endpoint_range> expired;
  while (expired.size() < max && !by_end_.empty() && by_end_.begin()->first <= now) {
    expired.push_back(by_end_.begin()->second);
    remove_at(by_range_.find(expired.back()));
  }
  return expired;
}

void ban_list::shift(io::wall_time::duration by) {
  decltype(by_end_) moved;
  for (const auto& [end, whom] : by_end_) moved.emplace_hint(moved.end(), io::saturating_add(end, by), whom);
  for (auto& [whom, each] : by_range_) {
    each.since = io::saturating_add(each.since, by);
    each.until = io::saturating_add(each.until, by);
  }
  by_end_ = std::move(moved);
}

const ban* ban_list::find(ip_address address, io::wall_time now) const noexcept {
  return find_in_force(index_, address, now);
}

const ban* ban_list::find(io::endpoint endpoint, io::wall_time now) const noexcept {
  return find_in_force(index_, endpoint, now);
}

std::vector<ban> ban_list::list(io::wall_time now) const {
  std::vector<ban> all;
  for (const auto& [range, each] : by_range_) {
    if (each.until > now) all.push_back(each);
  }
  return all;
}

}  // namespace pappus::peer
