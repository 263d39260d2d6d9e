#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include <pappus/peer/connections/eviction.hpp>
#include <pappus/peer/connections/limits.hpp>

namespace pappus::peer {
namespace {

using candidates = std::vector<eviction_candidate>;

std::uint64_t netgroup(const eviction_candidate& of) noexcept { return of.address.netgroup(); }

/// Removes the first `count` in that order, except those for which `deserves` is false.
template <class Order, class Deserve>
void protect(candidates& from, std::size_t count, Order better, Deserve deserves) {
  std::ranges::stable_sort(from, better);
  for (auto each = from.begin(); each != from.end() && count != 0; --count) {
    each = deserves(*each) ? from.erase(each) : each + 1;
  }
}

void protect_useful(candidates& from, std::size_t count, std::optional<io::time_point> eviction_candidate::*last) {
  protect(
      from, count, [last](const auto& one, const auto& other) { return one.*last > other.*last; },
      [last](const auto& each) { return (each.*last).has_value(); });
}

void protect_best(candidates& from) {
  const auto all = [](const auto&) { return true; };
  protect(
      from, limits::protected_by_netgroup,
      [](const auto& one, const auto& other) {
        return std::pair{one.address.is_named(), one.keyed_netgroup} <
               std::pair{other.address.is_named(), other.keyed_netgroup};
      },
      [](const auto& each) { return !each.address.is_named(); });
  protect(
      from, limits::protected_by_ping, [](const auto& one, const auto& other) { return one.ping < other.ping; },
      [](const auto& each) { return each.ping != io::duration::max(); });
  protect_useful(from, limits::protected_by_transactions, &eviction_candidate::transaction);
  protect_useful(from, limits::protected_by_blocks, &eviction_candidate::block);
  protect(
      from, from.size() / 2, [](const auto& one, const auto& other) { return one.since < other.since; }, all);
}

/// Of two netgroups of the same size, keeps the one whose youngest member is younger.
void keep_largest_netgroup(candidates& from) {
  struct group {
    std::size_t size = 0;
    io::time_point youngest{};
  };
  std::map<std::uint64_t, group> groups;
  for (const eviction_candidate& each : from) {
    group& own_group = groups[netgroup(each)];
    ++own_group.size;
    own_group.youngest = std::max(own_group.youngest, each.since);
  }
  const auto largest = std::ranges::max_element(groups, {}, [](const auto& each) {
    return std::pair{each.second.size, each.second.youngest};
  });
  std::erase_if(from, [&](const auto& each) { return netgroup(each) != largest->first; });
}

}  // namespace

std::optional<std::uint64_t> choose_for_eviction(std::vector<eviction_candidate> from) {
  std::ranges::sort(from, {}, &eviction_candidate::id);  // resolves ties
  protect_best(from);
  const auto blameless = [](const auto& each) { return !each.discouraged; };
  if (!std::ranges::all_of(from, blameless)) std::erase_if(from, blameless);
  if (from.empty()) return std::nullopt;
  keep_largest_netgroup(from);
  return std::ranges::max(from, {}, [](const auto& each) { return std::pair{each.since, each.id}; }).id;
}

}  // namespace pappus::peer
