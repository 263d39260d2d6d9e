// The order that Grin gives to lists.
#pragma once

#include <vector>

#include <pappus/wire/bytes.hpp>

namespace pappus::wire {

/// The elements of a list, ascending by hash. They are borrowed. O(n log n).
[[nodiscard]] std::vector<bytes_view> sorted_by_hash(std::vector<bytes_view> elements);

}  // namespace pappus::wire
