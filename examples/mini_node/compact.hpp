// Builds a compact block from a full block.
#pragma once

#include <cstdint>

#include <pappus/wire/block.hpp>
#include <pappus/wire/compact_block.hpp>
#include <pappus/wire/limits.hpp>

namespace mini_node {

/// Contains the coinbase output and kernel in full, and the short ids of the other kernels under `nonce`. Returns null
/// in the unlikely case that two short ids are equal. O(kernels log kernels).
[[nodiscard]] pappus::wire::compact_block_ptr compact(const pappus::wire::block& whole, std::uint64_t nonce,
                                                      const pappus::wire::chain_limits& limits);

}  // namespace mini_node
