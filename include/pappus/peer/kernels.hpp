// Kernels of transactions and blocks as sets of hashes.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include <pappus/wire/hash.hpp>
#include <pappus/wire/transaction.hpp>

namespace pappus::peer {

/// The hashes of the kernels of a transaction or block, in ascending order. O(kernels).
template <class Item>
[[nodiscard]] std::vector<wire::hash> kernels_of(const Item& of) {
  const auto ids = of.kernel_hashes();
  return {ids.begin(), ids.end()};
}

/// Whether all kernels of a transaction are among `kernels`, which are in ascending order. O(kernels log kernels).
[[nodiscard]] inline bool contains_all(std::span<const wire::hash> kernels, const wire::transaction& of) {
  return std::ranges::all_of(of.kernel_hashes(),
                             [kernels](const wire::hash& each) { return std::ranges::binary_search(kernels, each); });
}

}  // namespace pappus::peer
