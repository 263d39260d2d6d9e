#include "sort_by_hash.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>

#include <pappus/wire/hash.hpp>

namespace pappus::wire {

std::vector<bytes_view> sorted_by_hash(std::vector<bytes_view> elements) {
  std::vector<hash> hashes(elements.size());
  blake2b_many(elements, hashes);
  std::vector<std::uint32_t> order(elements.size());
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::sort(order, {}, [&](std::uint32_t i) -> const hash& { return hashes[i]; });
  std::vector<bytes_view> sorted;
  sorted.reserve(elements.size());
  for (const std::uint32_t i : order) sorted.push_back(elements[i]);
  return sorted;
}

}  // namespace pappus::wire
