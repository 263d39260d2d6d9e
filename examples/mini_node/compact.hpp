// A compact block from a whole one.
#pragma once

#include <cstdint>

#include <pappus/wire/block.hpp>
#include <pappus/wire/compact_block.hpp>
#include <pappus/wire/limits.hpp>

namespace mini_node {

/// The reward in full, and of the other kernels their short ids under `nonce`. Null in the unlikely case that two of
/// them are the same. O(kernels log kernels).
[[nodiscard]] pappus::wire::compact_block_ptr compact(const pappus::wire::block& whole, std::uint64_t nonce,
                                                      const pappus::wire::chain_limits& limits);

}  // namespace mini_node
