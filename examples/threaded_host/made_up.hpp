// Well-formed synthetic transactions and blocks, in place of a wallet and a miner.
#pragma once

#include <cstdint>
#include <vector>

#include <pappus/wire/block.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/transaction.hpp>

namespace threaded_host {

/// A transaction of one kernel with that fee, no inputs and no outputs.
[[nodiscard]] pappus::wire::transaction_ptr make_transaction(std::uint64_t fee);

/// A block of all transactions in `of` on top of block `previous`. The total difficulty equals the height.
[[nodiscard]] pappus::wire::block_ptr make_block(const pappus::wire::hash& previous, std::uint64_t height,
                                                 const std::vector<pappus::wire::transaction_ptr>& of);

}  // namespace threaded_host
