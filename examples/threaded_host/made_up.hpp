// Transactions and blocks that are sound in form: what a wallet and a miner would make.
#pragma once

#include <cstdint>
#include <vector>

#include <pappus/wire/block.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/transaction.hpp>

namespace threaded_host {

/// One kernel that pays that fee, and nothing else.
[[nodiscard]] pappus::wire::transaction_ptr make_transaction(std::uint64_t fee);

/// All of these in a block on top of the one with that id, at that height, each of which adds one to the difficulty.
[[nodiscard]] pappus::wire::block_ptr make_block(const pappus::wire::hash& previous, std::uint64_t height,
                                                 const std::vector<pappus::wire::transaction_ptr>& of);

}  // namespace threaded_host
