// Transactions for peers that expect the features of each spent output.
#pragma once

#include <pappus/peer/adapter/pool_adapter.hpp>
#include <pappus/wire/limits.hpp>
#include <pappus/wire/protocol_version.hpp>
#include <pappus/wire/transaction.hpp>

namespace pappus::peer {

/// The transaction in a form that can be encoded at that version: at version 2 or below with the features of the
/// outputs that it spends, for which the adapter is called. The same transaction if it needs none, or if the adapter
/// does not know them. O(inputs).
[[nodiscard]] wire::transaction_ptr with_known_features(const wire::transaction_ptr& tx, wire::protocol_version version,
                                                        pool_adapter& pool, const wire::chain_limits& limits);

}  // namespace pappus::peer
