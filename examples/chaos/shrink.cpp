#include "shrink.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace chaos {
namespace {

/// Without the faults from `begin` to `end`.
plan without(const plan& all, std::size_t begin, std::size_t end) {
  plan fewer = all;
  fewer.faults.erase(fewer.faults.begin() + static_cast<std::ptrdiff_t>(begin),
                     fewer.faults.begin() + static_cast<std::ptrdiff_t>(end));
  return fewer;
}

/// The first of the plans without one of so many parts that still breaks the rule.
std::optional<plan> without_a_part(const plan& all, std::size_t parts, const broken_by& test, std::size_t at_once) {
  const std::size_t count = all.faults.size();
  for (std::size_t first = 0; first < parts; first += at_once) {
    std::vector<plan> candidates;
    for (std::size_t i = first; i < std::min(first + at_once, parts); ++i) {
      candidates.push_back(without(all, count * i / parts, count * (i + 1) / parts));
    }
    const std::vector<bool> broken = test(candidates);
    const auto found = std::ranges::find(broken, true);
    if (found != broken.end()) return candidates[static_cast<std::size_t>(found - broken.begin())];
  }
  return std::nullopt;
}

}  // namespace

plan shrink(const plan& failing, const broken_by& test, std::size_t at_once) {
  plan left = failing;
  std::size_t parts = 1;  // without all of them, at first
  while (!left.faults.empty()) {
    parts = std::min(parts, left.faults.size());
    if (auto fewer = without_a_part(left, parts, test, at_once)) {
      left = *std::move(fewer);
      parts = std::max<std::size_t>(parts - 1, 1);
    } else if (parts == left.faults.size()) {
      break;
    } else {
      parts *= 2;
    }
  }
  return left;
}

}  // namespace chaos
